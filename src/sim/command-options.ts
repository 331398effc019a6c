/** Reads the options of a slash command against what the command takes. */
import type { Actor } from './access.ts';
import type { SimApplication, SimCommand, SimOptionValue } from './applications.ts';
import { refusal } from './errors.ts';
import { type FieldPath, type Form, isObject } from './form.ts';
import type { SimAttachment, WireObject } from './model.ts';

/** Option types (Discord docs, "Application Command Option Type"). */
const TYPE = {
  subcommand: 1,
  group: 2,
  text: 3,
  integer: 4,
  boolean: 5,
  number: 10,
  attachment: 11,
} as const;
const BOOLEAN_TYPES: readonly number[] = [TYPE.boolean];
const NUMBER_TYPES: readonly number[] = [TYPE.integer, TYPE.number];

/** What reading needs to know at every depth. */
interface Context {
  readonly actor: Actor;
  readonly application: SimApplication;
  readonly form: Form;
  /** Entries of `data.attachments` by id. */
  readonly files: ReadonlyMap<string, WireObject>;
}

/**
 * Checks the options of a call, takes their files out of the storage and gives the values.
 * @throws DiscordError 50035 with the path of the option, 50146 for unknown uploads
 */
export function readCommand(
  actor: Actor,
  application: SimApplication,
  command: SimCommand,
  data: WireObject,
  form: Form,
): SimOptionValue[] {
  const listed = Array.isArray(data.attachments) ? data.attachments.filter(isObject) : [];
  const files = new Map(listed.map((entry) => [String(entry.id), entry]));
  const context = { actor, application, form, files };
  const read = readOptions(context, command.options, data.options, ['data', 'options']);
  form.done();
  // All of them are looked up before the first one is taken: a refusal must not eat a file.
  for (const { uploaded_filename } of listed) {
    const slot = actor.world.files.slot(String(uploaded_filename));
    if (!slot?.bytes || slot.userId !== actor.account.userId) throw refusal.uploadNotFound();
  }
  return read();
}

function readOptions(
  context: Context,
  known: readonly WireObject[],
  given: unknown,
  path: FieldPath,
): () => SimOptionValue[] {
  const { form } = context;
  const entries: unknown[] = Array.isArray(given) ? given : [];
  const names = new Set<string>();
  const readers = entries.flatMap((entry, position) => {
    const option = isObject(entry) ? known.find((candidate) => isNamed(candidate, entry.name)) : undefined;
    if (!isObject(entry) || !option) {
      form.fail([...path, position, 'name'], 'BASE_TYPE_CHOICES', 'The command takes no such option.');
      return [];
    }
    names.add(String(option.name));
    return [readOption(context, option, entry, [...path, position])];
  });
  for (const option of known) {
    if (option.required === true && !names.has(String(option.name))) {
      form.fail(path, 'BASE_TYPE_REQUIRED', `The option "${String(option.name)}" is required.`);
    }
  }
  return () => readers.map((read) => read());
}

function readOption(
  context: Context,
  option: WireObject,
  entry: WireObject,
  path: FieldPath,
): () => SimOptionValue {
  const type = Number(option.type);
  const name = String(option.name);
  if (type === TYPE.subcommand || type === TYPE.group) {
    const inner = Array.isArray(option.options) ? option.options.filter(isObject) : [];
    const read = readOptions(context, inner, entry.options, [...path, 'options']);
    return () => ({ name, type, options: read() });
  }
  checkType(context.form, type, entry, path);
  const value = typeof entry.value === 'object' || entry.value === null ? undefined : scalar(entry.value);
  if (type !== TYPE.attachment) return () => ({ name, type, value });
  const file = context.files.get(String(entry.value));
  if (!file)
    context.form.fail([...path, 'value'], 'BASE_TYPE_REQUIRED', 'There is no attachment of this id.');
  return () => ({ name, type, value, attachment: file && collect(context, file) });
}

function checkType(form: Form, type: number, entry: WireObject, path: FieldPath): void {
  const { value } = entry;
  if (entry.type !== undefined && Number(entry.type) !== type) {
    form.fail([...path, 'type'], 'BASE_TYPE_CHOICES', `Value must be one of {${type}}.`);
  } else if (value === undefined || value === null) {
    form.fail([...path, 'value'], 'BASE_TYPE_REQUIRED', 'This field is required');
  } else if (type === TYPE.text && typeof value !== 'string') {
    form.fail([...path, 'value'], 'STRING_TYPE_CONVERT', 'Could not interpret input as string.');
  } else if (NUMBER_TYPES.includes(type) && typeof value !== 'number') {
    form.fail([...path, 'value'], 'NUMBER_TYPE_COERCE', `Value "${String(value)}" is not int.`);
  } else if (BOOLEAN_TYPES.includes(type) && typeof value !== 'boolean') {
    form.fail([...path, 'value'], 'BOOLEAN_TYPE_CONVERT', 'Must be either true or false.');
  }
}

function collect({ actor, application }: Context, entry: WireObject): SimAttachment {
  const { world, account } = actor;
  const file = world.files.collect(String(entry.uploaded_filename), account.userId);
  if (!file) throw refusal.uploadNotFound();
  const filename = typeof entry.filename === 'string' ? entry.filename : file.filename;
  return world.files.attach(application.id, world.newId(), { ...file, filename }, 'ephemeral-attachments');
}

function isNamed(option: WireObject, name: unknown): boolean {
  const localized = isObject(option.name_localizations) ? Object.values(option.name_localizations) : [];
  return option.name === name || localized.includes(name);
}

function scalar(value: unknown): string | number | boolean | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
}
