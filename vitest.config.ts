import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
    pool: 'forks',
    // End-to-end tests wait more than they work: three of them keep two cores busy.
    maxWorkers: 3,
    testTimeout: 20_000,
    // Browsers, processes and sockets share two cores with each other: what fails for want of time gets one more try, and is shown.
    retry: 1,
    hookTimeout: 20_000,
  },
});
