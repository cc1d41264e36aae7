import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 120_000,
    // What is waited for comes; on a machine that does much else, not within the usual second.
    expect: { poll: { timeout: 60_000 } },
    pool: 'forks',
    maxWorkers: 2,
    // Style sheets are text that our server embeds; else vitest makes them empty.
    css: true,
  },
});
