/** Who is signed in. The key lives in this tab only: session storage, never an address. */
import { computed, signal } from '@preact/signals';
import { ApiError, useKey } from '../api/client.ts';
import { readMe } from '../api/tasks.ts';
import type { Me } from '../api/types.ts';

const STORED = 'cordgate.key';
const RETRY_MS = 3_000;

/** `checking`: at the start, while a kept key is tried. */
type Session =
  | { readonly state: 'checking' }
  | { readonly state: 'out'; readonly why?: 'expired' | 'unreachable' }
  | { readonly state: 'in'; readonly me: Me; readonly key: string | undefined };

/** The session as it stands. */
export const session = signal<Session>({ state: 'checking' });

/** Who is signed in; undefined when nobody is. */
export const me = computed(() => (session.value.state === 'in' ? session.value.me : undefined));

/** The key itself, for examples that a person copies; undefined where none is needed. */
export const ownKey = computed(() => (session.value.state === 'in' ? session.value.key : undefined));

/** Tries the key of an earlier load of this tab; a gateway that needs none signs everyone in. */
export async function restore(): Promise<void> {
  const kept = sessionStorage.getItem(STORED) ?? undefined;
  try {
    await enter(kept);
  } catch (error) {
    const isRefused = error instanceof ApiError && error.status === 401;
    if (isRefused) forget();
    session.value = { state: 'out', ...whyOut(isRefused, kept !== undefined) };
    if (!isRefused) window.setTimeout(tryAgain, RETRY_MS);
  }
}

/** While the gateway does not answer, and nobody has signed in meanwhile. */
function tryAgain(): void {
  const current = session.peek();
  if (current.state === 'out' && current.why === 'unreachable') void restore();
}

/** Reads anew what the key may use, for instance after a bot was added. */
export async function refreshMe(): Promise<void> {
  const current = session.peek();
  if (current.state !== 'in') return;
  const answer = await readMe();
  if (session.peek() === current) session.value = { ...current, me: answer };
}

function whyOut(isRefused: boolean, hadKey: boolean): { why?: 'expired' | 'unreachable' } {
  if (!isRefused) return { why: 'unreachable' };
  return hadKey ? { why: 'expired' } : {};
}

/** Signs in. @throws ApiError when the gateway does not know the key, or does not answer */
export async function signIn(key: string): Promise<void> {
  await enter(key);
  sessionStorage.setItem(STORED, key);
}

/** Signs out and forgets the key. */
export function signOut(): void {
  forget();
  session.value = { state: 'out' };
}

async function enter(key: string | undefined): Promise<void> {
  useKey(key, () => {});
  const answer = await readMe();
  useKey(key, expire);
  session.value = { state: 'in', me: answer, key };
}

function expire(): void {
  if (session.peek().state !== 'in') return;
  forget();
  session.value = { state: 'out', why: 'expired' };
}

function forget(): void {
  sessionStorage.removeItem(STORED);
  useKey(undefined, () => {});
}
