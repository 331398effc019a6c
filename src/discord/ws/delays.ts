/** How long to wait before the next try: pure functions of the failures so far and a random number of [0, 1). */

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
const FIRST_REFUSED_MS = 60_000;
const LONGEST_REFUSED_MS = 30 * 60_000;
/** Discord resets the token of a bot that logs in 1,000 times a day: past these tries the cap is higher. */
const LOGINS_BEFORE_CARE = 6;
const CAREFUL_LOGIN_MS = 240_000;

/** Doubles per failure up to the cap; the upper half is left to chance, so that accounts do not come in step. */
function growing(firstMs: number, longestMs: number, failures: number, random: number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(failures, 30));
  return Math.round(full * (0.5 + random / 2));
}

/** Milliseconds before the next connection: 0.5-1 s at first, 30-60 s at most. */
export function reconnectDelay(failures: number, random: number): number {
  return growing(FIRST_MS, LONGEST_MS, failures, random);
}

/** Milliseconds before the next login after `logins` that did not last: from the seventh on at least two minutes. */
export function loginDelay(failures: number, logins: number, random: number): number {
  if (logins < LOGINS_BEFORE_CARE) return reconnectDelay(failures, random);
  return growing(CAREFUL_LOGIN_MS, CAREFUL_LOGIN_MS, 0, random);
}

/** Milliseconds before the next login after Discord refused what we are (4010-4014): 30 s to half an hour. */
export function refusedDelay(refusals: number, random: number): number {
  return growing(FIRST_REFUSED_MS, LONGEST_REFUSED_MS, refusals, random);
}

/** Milliseconds to wait after "invalid session": 1-5 s (Discord docs, "Resuming"). */
export function invalidSessionDelay(random: number): number {
  return Math.round(1_000 + random * 4_000);
}
