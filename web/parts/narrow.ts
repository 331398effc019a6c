import { signal } from '@preact/signals';

const query = window.matchMedia('(max-width: 47.99rem)');

/** True on phones, where the menu is below: for what CSS cannot say, such as the height of a row. */
export const isNarrow = signal(query.matches);

query.addEventListener('change', () => {
  isNarrow.value = query.matches;
});
