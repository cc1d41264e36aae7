/** The systemd units of conf/: sections and settings that systemd knows, and a command that there is. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY } from './support/installation.ts';

const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  Unit: ['After', 'Description', 'Wants'],
  Service: ['Environment', 'ExecStart', 'LogsDirectory', 'NoNewPrivileges', 'PrivateTmp', 'Restart', 'RestartSec', 'TimeoutStopSec', 'UMask', 'User'],
  Install: ['WantedBy'],
};

it.each(['master', 'worker'])('alluxio-%s.service.template', (role) => {
  const text = readFileSync(join(REPOSITORY, `conf/alluxio-${role}.service.template`), 'utf8');
  let section = '';
  const found: string[] = [];
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    const heading = /^\[(\w+)\]$/.exec(line)?.[1];
    if (heading !== undefined) section = heading;
    else expect(SETTINGS[section], line).toContain(/^(\w+)=./.exec(line)?.[1]);
    if (heading !== undefined) found.push(heading);
  }
  expect(found).toEqual(['Unit', 'Service', 'Install']);
  expect(text).toContain(`\nExecStart=/opt/alluxio/bin/alluxio launch-process ${role}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'alluxio-unit-'));
  try {
    const unit = join(folder, `alluxio-${role}.service`);
    writeFileSync(unit, text.replaceAll('/opt/alluxio', REPOSITORY));
    // Where systemd is, it has the last word.
    if (/\d/.test(versionOfSystemd())) expect(execFileSync('systemd-analyze', ['verify', unit], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })).toBe('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function versionOfSystemd(): string {
  try {
    return execFileSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
