/** The forms that buttons open (reference 2.4). */
import type { WireObject } from '../../model.ts';
import type { DrawingKind } from './kinds.ts';

/** A form with one field. */
export interface FormDraft {
  readonly customId: string;
  readonly title: string;
  readonly field: string;
  readonly label: string;
  /** What the field holds already. */
  readonly value: string;
}

/** What a form is made for. */
export interface FormOccasion {
  readonly kind: DrawingKind;
  readonly index: number;
  readonly jobId: string;
  /** The message that carries the button. */
  readonly messageId: string;
  readonly echo: string;
}

/** The form of a button; `zoom-custom` always has one, the others in remix mode. */
export function formOf(occasion: FormOccasion): FormDraft | undefined {
  const { kind, index, jobId, messageId, echo: value } = occasion;
  if (kind === 'zoom-custom') {
    const customId = `MJ::OutpaintCustomZoomModal::${jobId}`;
    const text = `${value} --zoom 2`;
    return { ...named(customId, 'MJ::OutpaintCustomZoomModal::prompt', text), title: 'Zoom Out' };
  }
  if (kind === 'variation' || kind === 'vary-subtle' || kind === 'vary-strong') {
    const customId = `MJ::RemixModal::${jobId}::${index}::${kind === 'vary-subtle' ? 0 : 1}`;
    return { ...named(customId, 'MJ::RemixModal::new_prompt', value), title: 'Remix Prompt' };
  }
  if (kind === 'reroll') return imagineForm(messageId, value);
  if (kind.startsWith('pan-')) {
    const customId = `MJ::PanModal::${kind.slice('pan-'.length)}::${jobId}::${index}`;
    return { ...named(customId, 'MJ::PanModal::prompt', value), title: 'Pan' };
  }
  if (kind.startsWith('animate-') || kind.startsWith('extend-')) {
    const motion = kind.endsWith('high') ? 'high' : 'low';
    const customId = `MJ::AnimateModal::${jobId}::${index}::${motion}::${kind.startsWith('extend') ? 1 : 0}`;
    return { ...named(customId, 'MJ::AnimateModal::prompt', value), title: 'Animate' };
  }
  return undefined;
}

/** The form behind a shortened prompt, and behind reroll in remix mode. */
export function imagineForm(messageId: string, value: string): FormDraft {
  const draft = named(`MJ::ImagineModal::${messageId}`, 'MJ::ImagineModal::new_prompt', value);
  return { ...draft, title: 'Imagine This!' };
}

/** The form behind one of the lines of `/describe`. */
export function describeForm(number: number, value: string): FormDraft {
  const draft = named(`MJ::Picreader::Modal::${number}`, 'MJ::Picreader::Modal::PromptField', value);
  return { ...draft, title: 'Imagine This!' };
}

/** The components of a form. */
export function formComponents({ field, label, value }: FormDraft): WireObject[] {
  const input = { type: 4, custom_id: field, style: 2, label, value, required: true, min_length: 1 };
  return [{ type: 1, components: [{ ...input, max_length: 4000 }] }];
}

function named(customId: string, field: string, value: string): FormDraft {
  return { customId, title: '', field, label: 'Prompt', value };
}
