/** The forms of Discord that a bot opens, filled in. */
import { GatewayError } from '../../core/errors.ts';
import type { FilledComponent, ModalComponent, OpenedModal } from '../../core/interaction.ts';

/** Component types (Discord docs, "Component Reference"). */
const ACTION_ROW = 1;
const TEXT_INPUT = 4;
const TEXT_DISPLAY = 10;
const LABEL = 18;

/**
 * A form, filled in: its rows and labels as they were opened, the given prompt in the first text field, and in every
 * other field what stood there already.
 * @throws GatewayError invalid_request when the prompt is longer than the field takes
 */
export function fillModal(
  modal: OpenedModal,
  values: { readonly prompt?: string | undefined },
): FilledComponent[] {
  const first = firstField(modal.components);
  const limit = first?.max_length;
  if (limit !== undefined && values.prompt !== undefined && values.prompt.length > limit) {
    throw new GatewayError(
      'invalid_request',
      `The prompt has ${values.prompt.length} characters; the form of the bot takes at most ${limit}.`,
      { param: 'prompt' },
    );
  }
  return modal.components.flatMap((component) => fill(component, first, values.prompt));
}

function firstField(components: readonly ModalComponent[]): ModalComponent | undefined {
  for (const component of components) {
    if (component.type === TEXT_INPUT) return component;
    const inside = component.component === undefined ? component.components : [component.component];
    const found = firstField(inside ?? []);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What only shows text is no part of an answer. */
function fill(
  component: ModalComponent,
  first: ModalComponent | undefined,
  prompt?: string,
): FilledComponent[] {
  const { type, custom_id, value } = component;
  if (type === TEXT_DISPLAY) return [];
  if (type === ACTION_ROW) {
    return [{ type, components: (component.components ?? []).flatMap((each) => fill(each, first, prompt)) }];
  }
  if (type === LABEL) {
    const [inner] = component.component === undefined ? [] : fill(component.component, first, prompt);
    return inner === undefined ? [] : [{ type, component: inner }];
  }
  const given = component === first ? (prompt ?? value) : value;
  return [{ type, ...(custom_id === undefined ? {} : { custom_id }), value: given ?? '' }];
}
