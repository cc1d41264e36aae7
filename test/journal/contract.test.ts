import { journalContract } from '../contract/journal.suite.ts';
import { ENGINE_KINDS, makeJournal } from './support.ts';

for (const kind of ENGINE_KINDS) journalContract(kind, () => makeJournal(kind));
