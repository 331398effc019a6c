import { expect } from 'vitest';
import type { Sim } from '../../src/sim/index.ts';
import type { EndToEnd } from './world.ts';

/** A message of the simulated Discord, as tests look at it. */
export interface SeenMessage {
  readonly id: string;
  readonly channelId: string;
  readonly authorId: string;
  readonly content: string;
  readonly mentionIds: readonly string[];
  readonly mentionRoleIds: readonly string[];
  readonly mentionEveryone: boolean;
  readonly attachments: readonly {
    readonly filename: string;
    readonly content_type?: string;
    readonly size: number;
    readonly url: string;
  }[];
  readonly reference?: { readonly messageId: string } | undefined;
}

/** All messages that exist now. */
export function messagesOf(sim: Sim): SeenMessage[] {
  return [...sim.world.channels.values()].flatMap((channel) => channel.messages);
}

/** Messages written by accounts of the gateway: the prompts. */
export function promptsOf(sim: Sim): SeenMessage[] {
  const accounts = new Set(sim.ready.accounts.map(({ userId }) => userId));
  return messagesOf(sim).filter(({ authorId }) => accounts.has(authorId));
}

/** Text channels that the world did not have at its beginning: the gateway's. */
export function gatewayChannels(sim: Sim) {
  const first = new Set(Object.values(sim.ready.channels));
  return [...sim.world.channels.values()].filter(({ id, type }) => type === 0 && !first.has(id));
}

/** The value of a metric, by name and part of its labels; 0 when absent. */
export async function metric(world: Pick<EndToEnd, 'get'>, name: string, labels = ''): Promise<number> {
  const { raw } = await world.get('/metrics');
  const line = raw.split('\n').find((text) => text.startsWith(`${name}{`) && text.includes(labels));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** What a request that was refused must not change. */
export function fingerprint(sim: Sim): string {
  const { counts, channels, messages, rest } = sim.state();
  return JSON.stringify({ counts, channels, messages, rest });
}

/** No nonce ever made two messages. */
export function expectNothingSentTwice(sim: Sim): void {
  const twice = [...sim.world.counts.messagesPerNonce].filter(([, messages]) => messages > 1);
  expect(twice).toEqual([]);
}

/** A user message. */
export const user = (content: unknown) => ({ role: 'user', content });

/** An answer of the assistant. */
export const assistant = (content: unknown) => ({ role: 'assistant', content });

/** Waits a moment of real time. */
export const pause = (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs));

/** Numbers from 0 on. */
export const range = (count: number) => Array.from({ length: count }, (_, number) => number);
