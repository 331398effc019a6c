/** Reads the payloads of INTERACTION_* as the in-memory port gives them. */
import type { InteractionChange, ModalComponent } from '../core/interaction.ts';
import { isObject } from './form.ts';
import type { WireObject } from './model.ts';
import type { EventName } from './world.ts';

/** The change behind an event of the session; undefined for events that are none. */
export function asInteractionChange(name: EventName, data: WireObject): InteractionChange | undefined {
  const interactionId = String(data.id);
  const nonce = text(data.nonce) ?? '';
  if (name === 'INTERACTION_CREATE') return { type: 'interaction-created', interactionId, nonce };
  if (name === 'INTERACTION_SUCCESS') return { type: 'interaction-succeeded', interactionId, nonce };
  if (name === 'INTERACTION_FAILURE') {
    return { type: 'interaction-failed', interactionId, nonce, reasonCode: Number(data.reason_code) };
  }
  if (name === 'INTERACTION_MODAL_CREATE') {
    const listed = Array.isArray(data.components) ? data.components.filter(isObject) : [];
    return { type: 'modal-opened', modal: { ...window(data), components: listed.map(asComponent) } };
  }
  if (name === 'INTERACTION_IFRAME_MODAL_CREATE') {
    return { type: 'frame-opened', frame: { ...window(data), path: String(data.iframe_path) } };
  }
  return undefined;
}

function window(data: WireObject) {
  return {
    id: String(data.id),
    nonce: text(data.nonce),
    channelId: String(data.channel_id),
    applicationId: isObject(data.application) ? text(data.application.id) : undefined,
    customId: String(data.custom_id),
    title: String(data.title),
  };
}

/** A copy as it would come over the wire. */
function asComponent(component: WireObject): ModalComponent {
  const { component: inner, components, ...rest } = component;
  return {
    ...structuredClone(rest),
    type: Number(component.type),
    ...(isObject(inner) ? { component: asComponent(inner) } : {}),
    ...(Array.isArray(components) ? { components: components.filter(isObject).map(asComponent) } : {}),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
