import { signal } from '@preact/signals';

/** Id of the task that was deleted last: no event tells of it. */
export const deleted = signal<string | undefined>(undefined);
