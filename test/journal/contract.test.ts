import { journalContract } from '../contract/journal.suite.ts';
import { makeJournal, WAYS_TO_READ } from './support.ts';

for (const kind of WAYS_TO_READ) journalContract(kind, () => makeJournal(kind));
