import type { InteractionChange, ModalComponent, OpenedFrame, OpenedModal } from '../../core/interaction.ts';
import { isSnowflake } from '../snowflake.ts';

type Wire = Readonly<Record<string, unknown>>;

const OUTCOMES: ReadonlyMap<string, 'interaction-created' | 'interaction-succeeded' | 'interaction-failed'> =
  new Map([
    ['INTERACTION_CREATE', 'interaction-created'],
    ['INTERACTION_SUCCESS', 'interaction-succeeded'],
    ['INTERACTION_FAILURE', 'interaction-failed'],
  ]);

/** Reads a gateway event; undefined when it tells nothing of an interaction, or not of which one. */
export function readInteractionEvent(event: string, data: unknown): InteractionChange | undefined {
  if (!event.startsWith('INTERACTION_') || !isWire(data) || !isSnowflake(data.id)) return undefined;
  const outcome = OUTCOMES.get(event);
  if (outcome) return outcomeOf(outcome, data.id, data);
  if (event === 'INTERACTION_MODAL_CREATE') return { type: 'modal-opened', modal: modalOf(data.id, data) };
  if (event !== 'INTERACTION_IFRAME_MODAL_CREATE') return undefined;
  return { type: 'frame-opened', frame: frameOf(data.id, data) };
}

function outcomeOf(
  type: 'interaction-created' | 'interaction-succeeded' | 'interaction-failed',
  interactionId: string,
  data: Wire,
): InteractionChange {
  const happened = { interactionId, nonce: nonceOf(data.nonce) ?? '' };
  if (type !== 'interaction-failed') return { type, ...happened };
  return { type, ...happened, ...(typeof data.reason_code === 'number' && { reasonCode: data.reason_code }) };
}

function modalOf(id: string, data: Wire): OpenedModal {
  return { ...openedOf(id, data), components: componentsOf(data.components) };
}

function frameOf(id: string, data: Wire): OpenedFrame {
  return { ...openedOf(id, data), path: textOf(data.iframe_path) };
}

function openedOf(id: string, data: Wire): Omit<OpenedModal, 'components'> {
  const application = isWire(data.application) ? data.application.id : undefined;
  const applicationId = application ?? data.application_id;
  return {
    id,
    nonce: nonceOf(data.nonce),
    channelId: textOf(data.channel_id),
    applicationId: isSnowflake(applicationId) ? applicationId : undefined,
    customId: textOf(data.custom_id),
    title: textOf(data.title),
  };
}

/** Fields that the wire leaves empty (null) are left out, so that whoever fills the form in need not look for that. */
function componentsOf(value: unknown): ModalComponent[] {
  return (Array.isArray(value) ? (value as unknown[]) : []).flatMap((entry) => componentOf(entry) ?? []);
}

function componentOf(value: unknown): ModalComponent | undefined {
  if (!isWire(value) || typeof value.type !== 'number') return undefined;
  const inner = componentOf(value.component);
  return {
    type: value.type,
    ...(typeof value.custom_id === 'string' && { custom_id: value.custom_id }),
    ...(typeof value.label === 'string' && { label: value.label }),
    ...(typeof value.value === 'string' && { value: value.value }),
    ...(typeof value.required === 'boolean' && { required: value.required }),
    ...(typeof value.max_length === 'number' && { max_length: value.max_length }),
    ...(inner && { component: inner }),
    ...(Array.isArray(value.components) && { components: componentsOf(value.components) }),
  };
}

/** Nonces are given back as they were sent: as text, by some servers as a number. */
function nonceOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isWire(value: unknown): value is Wire {
  return typeof value === 'object' && value !== null;
}
