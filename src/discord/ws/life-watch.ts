import { GatewayOpcodes } from 'discord-api-types/gateway/v10';
import type { DiscordObserver } from '../../core/observe.ts';
import type { MachineEffect, MachineEvent } from './machine.ts';

/** Tells an observer how a connection lives; it decides nothing. */
export interface LifeWatch {
  happens(event: MachineEvent): void;
  performs(effect: MachineEffect): void;
}

const NOBODY: LifeWatch = { happens() {}, performs() {} };

/** Watches the connections of one account; costs nothing where nobody observes. */
export function createLifeWatch(accountId: string, observer: DiscordObserver | undefined): LifeWatch {
  if (!observer) return NOBODY;
  let beatAt: number | undefined;
  let wasReady = false;
  let closeCode: number | undefined;
  let login: 'resume' | 'identify' = 'identify';
  return {
    happens(event) {
      if (event.type !== 'payload' || event.payload.op !== GatewayOpcodes.HeartbeatAck) return;
      if (beatAt !== undefined) {
        observer.heartbeatAcknowledged?.({ accountId, latencyMs: performance.now() - beatAt });
      }
      beatAt = undefined;
    },
    performs(effect) {
      if (effect.type === 'heartbeat') beatAt = performance.now();
      else if (effect.type === 'open') beatAt = undefined;
      else if (effect.type === 'identify' || effect.type === 'resume') login = effect.type;
      else if (effect.type === 'status' && effect.status.state === 'reconnecting') {
        closeCode = effect.status.closeCode;
      } else if (effect.type === 'status' && effect.status.state === 'ready') {
        if (wasReady) observer.reconnected?.({ accountId, kind: login, closeCode });
        wasReady = true;
      }
    },
  };
}
