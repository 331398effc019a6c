import { defineConfig } from 'vitest/config';

/** Where browsers, processes and sockets share two cores with each other. */
const CROWDED = [
  'test/ui/**/*.test.ts',
  'test/e2e/**/*.test.ts',
  'test/faults/**/*.test.ts',
  'test/cli/**/*.test.ts',
];

export default defineConfig({
  test: {
    pool: 'forks',
    // End-to-end tests wait more than they work: three of them keep two cores busy.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: CROWDED,
        },
      },
      // What fails there for want of time gets one more try, and is shown.
      { extends: true, test: { name: 'crowded', include: CROWDED, retry: 1 } },
    ],
  },
});
