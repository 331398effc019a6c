/** The Midjourney of the foreign server: its commands, jobs, buttons, forms and answers, after public accounts of the real one. */
import { createHash, randomUUID } from 'node:crypto';
import sharp from 'sharp';
import type { ForeignMidjourney, Json, Person, Refusal, Texts } from './foreign-midjourney.ts';
import { sleep } from './foreign-midjourney.ts';

export interface Work {
  kind: string;
  person: Person;
  channelId: string;
  interactionId: string;
  type: number;
  name: string;
  nonce?: string | undefined;
  /** As the caller wrote it. */
  asked: string;
  /** As the bot echoes it. */
  prompt: string;
  marker: string;
  lead: string;
  jobId: string;
  parent?: Json | undefined;
  index?: number | undefined;
  isGrid: boolean;
  session?: string | undefined;
}
/** Does something else than usual; true when it did. */
export type Play = (work: Work, bot: ForeignBot) => Promise<boolean | undefined> | boolean | undefined;

const TEXTS: Texts = {
  start: (prompt, user, lead) => `${lead}**${prompt}** - <@${user}> (Waiting to start)`,
  progress: (head, user, percent) => `${head}<@${user}> (${percent}%) (fast)`,
  final: (head, user) => `${head}<@${user}> (fast)`,
};
const COMMANDS: [string, Json[]][] = [
  ['imagine', [{ type: 3, name: 'prompt', required: true }]],
  [
    'blend',
    [
      { type: 11, name: 'image1', required: true },
      { type: 11, name: 'image2', required: true },
      ...[3, 4, 5].map((n) => ({ type: 11, name: `image${n}` })),
      { type: 3, name: 'dimensions' },
    ],
  ],
  [
    'describe',
    [
      { type: 11, name: 'image' },
      { type: 3, name: 'link' },
    ],
  ],
  ['shorten', [{ type: 3, name: 'prompt', required: true }]],
  ['show', [{ type: 3, name: 'job_id', required: true }]],
  ['info', []],
  ['settings', []],
  ['fast', []],
  ['relax', []],
  ['turbo', []],
  [
    'prefer',
    [
      { type: 1, name: 'remix' },
      { type: 1, name: 'suffix', options: [{ type: 3, name: 'new_value' }] },
    ],
  ],
  ['subscribe', []],
];

/** The bytes of a picture: its own for every job. */
export async function pictureOf(jobId: string, format: 'png' | 'webp' | 'jpeg' = 'png'): Promise<Buffer> {
  const hash = createHash('sha256').update(jobId).digest();
  const raw = Buffer.alloc(32 * 32 * 3);
  for (let at = 0; at < raw.length; at += 1) raw[at] = hash[(at >> 5) % 32]!;
  return sharp(raw, { raw: { width: 32, height: 32, channels: 3 } })
    [format]()
    .toBuffer();
}

const button = (custom_id: string, label: string, emoji?: string, style = 2): Json => ({
  type: 2,
  id: 3,
  style,
  custom_id,
  ...(label ? { label } : {}),
  ...(emoji ? { emoji: { name: emoji } } : {}),
});
const rows = (...lists: Json[][]): Json[] =>
  lists.map((components, at) => ({ type: 1, id: at + 1, components }));

export class ForeignBot {
  server: ForeignMidjourney;
  /** All pictures, by the job's id. */
  works = new Map<string, Work>();
  modals = new Map<string, { customId: string; fields: Json[]; work: Work }>();
  frames = new Map<string, Work>();
  #directs = new Map<string, Json>();
  #stopped = false;
  version = 0;
  remix: boolean;

  constructor(server: ForeignMidjourney) {
    this.server = server;
    this.remix = server.knobs.remix ?? false;
    this.renew();
  }
  stop(): void {
    this.#stopped = true;
  }
  /** All commands get new versions: old ones are refused from now on. */
  renew(): void {
    this.version += 1;
    const own = COMMANDS.map(([name, options]) => ({
      id:
        this.server.commands.find(
          (each) => each.name === name && each.application_id === this.server.applicationId,
        )?.id ?? this.server.id(),
      application_id: this.server.applicationId,
      version: this.server.id(),
      default_member_permissions: null,
      type: 1,
      name,
      description: `the ${name}`,
      dm_permission: true,
      contexts: [0, 1, 2],
      integration_types: [0, 1],
      global_popularity_rank: 1,
      options,
      nsfw: false,
    }));
    const others = Array.from({ length: 300 }, (_, at) => ({
      id: this.server.id(),
      application_id: this.server.id(),
      version: this.server.id(),
      type: at % 7 === 0 ? 3 : 1,
      name: ['play', 'settings', 'info', 'help', 'ask'][at % 5],
      description: 'x',
      options: [],
    }));
    const copycat = this.server.id();
    const copies = ['imagine', 'help', 'credits'].map((name) => ({
      id: this.server.id(),
      application_id: copycat,
      version: this.server.id(),
      type: 1,
      name,
      description: 'Draw with us',
      options: [{ type: 3, name: 'text', required: true }],
    }));
    this.server.commands = [...copies, ...others.slice(0, 150), ...own, ...others.slice(150)];
  }
  applications(): Json[] {
    const ids = [...new Set(this.server.commands.map(({ application_id }) => application_id as string))];
    return ids.map((id) => ({
      id,
      name: id === this.server.applicationId ? 'Midjourney Bot' : `app ${id}`,
      bot: id === this.server.applicationId ? this.server.botUser : { id, username: 'app', bot: true },
    }));
  }
  /** What Discord itself refuses. */
  check(body: Json, person: Person): Refusal | undefined {
    const bad = (field: string, code: string, message = code): Refusal => {
      this.server.problems.push(`${field}: ${message}`);
      return {
        status: 400,
        body: {
          message: 'Invalid Form Body',
          code: 50035,
          errors: { [field]: { _errors: [{ code, message }] } },
        },
      };
    };
    if (body.type === 2) {
      const command = this.server.commands.find(({ id }) => id === body.data.id);
      if (!command) return { status: 404, body: { message: 'Unknown application command', code: 10063 } };
      if (command.application_id !== body.application_id) return bad('data.id', 'UNKNOWN_COMMAND');
      if (command.version !== body.data.version) {
        return {
          status: 400,
          body: {
            message: 'Invalid Form Body',
            code: 50035,
            errors: {
              data: {
                _errors: [
                  {
                    code: 'INTERACTION_APPLICATION_COMMAND_INVALID_VERSION',
                    message: 'This command is outdated, please try again in a few minutes',
                  },
                ],
              },
            },
          },
        };
      }
      if (command.name !== body.data.name) return bad('data.name', 'NAME', String(body.data.name));
      for (const option of (body.data.options ?? []) as Json[]) {
        const known = (command.options as Json[]).find(({ name }) => name === option.name);
        if (!known || known.type !== option.type) return bad('data.options', 'OPTION', option.name);
        if (option.type === 11) {
          const file = (body.data.attachments as Json[]).find(
            ({ id }) => String(id) === String(option.value),
          );
          if (!file || !this.server.uploads.get(file.uploaded_filename))
            return bad('data.attachments', 'FILE', option.name);
        }
        if (option.type === 3 && (typeof option.value !== 'string' || option.value.length > 6000))
          return bad('data.options', 'VALUE');
      }
      const missing = (command.options as Json[]).find(
        (each) => each.required && !(body.data.options as Json[]).some(({ name }) => name === each.name),
      );
      return missing ? bad('data.options', 'REQUIRED', missing.name) : undefined;
    }
    if (body.type === 3) {
      const message = this.server.find(body.channel_id, body.message_id);
      if (!message) return { status: 404, body: { message: 'Unknown Message', code: 10008 } };
      if (((message.flags ?? 0) & 64) !== ((body.message_flags ?? 0) & 64))
        return bad('message_flags', 'FLAGS');
      if (!JSON.stringify(message.components).includes(JSON.stringify(body.data.custom_id)))
        return bad('data.custom_id', 'COMPONENT_VALIDATION_FAILED', body.data.custom_id);
      return undefined;
    }
    if (body.type !== 5) return bad('type', 'TYPE', String(body.type));
    const modal = this.modals.get(body.data.id);
    if (!modal || modal.customId !== body.data.custom_id || modal.work.person !== person)
      return bad('data.id', 'MODAL', body.data.custom_id);
    const wanted = this.server.knobs.labels ? 18 : 1;
    const sent = body.data.components as Json[];
    if (sent.some(({ type }) => type !== wanted)) return bad('data.components', 'TYPE', JSON.stringify(sent));
    const values = sent.map((row) => row.component ?? row.components?.[0]);
    for (const field of modal.fields) {
      const value = values.find((each) => each?.custom_id === field.custom_id);
      if (value?.type !== 4 || typeof value.value !== 'string')
        return bad('data.components', 'FIELD', JSON.stringify(sent));
    }
    return undefined;
  }
  /** What was accepted happens. */
  take(body: Json, person: Person): void {
    const work = this.#workOf(body, person);
    const event = { id: work.interactionId, nonce: body.nonce };
    const to = { session: body.session_id as string };
    this.server.emit('INTERACTION_CREATE', event, to);
    void (async () => {
      if (await this.server.knobs.play?.(work, this)) return;
      if (this.#opensForm(body, work)) return;
      this.server.emit('INTERACTION_SUCCESS', event, to);
      await this.perform(work);
    })().catch((error: Error) => this.server.problems.push(String(error.stack)));
  }
  #echo(prompt: string): string {
    return (
      this.server.knobs.echo ??
      ((text: string) =>
        text
          .replaceAll('—', '--')
          .replace(/ {2,}/g, ' ')
          .replace(/https?:\/\/\S+/g, () => `<https://s.mj.run/${randomUUID().slice(0, 8)}>`)
          .concat(' --v 6.1'))
    )(prompt);
  }
  #workOf(body: Json, person: Person): Work {
    const base = {
      person,
      channelId: body.channel_id as string,
      interactionId: this.server.id(),
      nonce: body.nonce as string,
      session: body.session_id as string,
      type: body.type as number,
      marker: '',
      lead: '',
      jobId: randomUUID(),
      isGrid: true,
    };
    if (body.type === 2) {
      const value = (name: string) =>
        (body.data.options as Json[] | undefined)?.find((each) => each.name === name)?.value;
      const asked = String(value('prompt') ?? value('link') ?? value('job_id') ?? '');
      const { name } = body.data;
      const blend = name === 'blend' ? '<https://s.mj.run/aa> <https://s.mj.run/bb> --v 6.1' : undefined;
      const sub = (body.data.options as Json[] | undefined)?.find(({ type }) => type === 1)?.name;
      return {
        ...base,
        kind: name,
        name: sub ? `${name} ${sub}` : name,
        asked,
        prompt: blend ?? (name === 'imagine' ? this.#echo(asked) : asked),
      };
    }
    if (body.type === 5) {
      const { work, fields } = this.modals.get(body.data.id)!;
      const values = (body.data.components as Json[]).map((row) => row.component ?? row.components[0]);
      const words = values.find(({ custom_id }) => custom_id === fields[0]!.custom_id).value as string;
      return {
        ...work,
        interactionId: base.interactionId,
        nonce: body.nonce,
        type: 5,
        prompt: work.kind === 'zoom' ? words.replace(/ --zoom \S+/, '') : words,
        asked: words,
      };
    }
    const parent = this.server.find(body.channel_id, body.message_id)!;
    return { ...base, name: '', asked: '', ...this.#pressed(body.data.custom_id as string, parent) };
  }
  #pressed(
    customId: string,
    parent: Json,
  ): Pick<Work, 'kind' | 'prompt' | 'marker' | 'lead' | 'index' | 'isGrid' | 'parent'> & { jobId?: string } {
    const [, area, action = '', number = '0'] = customId.split('::');
    const index = Number(number);
    const prompt = /^\*\*([\s\S]*)\*\* - /.exec(parent.content)?.[1] ?? '';
    const base = { parent, prompt, index, isGrid: true, lead: '', marker: '' };
    const region = this.remix ? 'Remix' : 'Variations';
    if (area === 'Inpaint') return { ...base, kind: 'region', marker: `${region} (Region) by ` };
    if (area === 'Outpaint') return { ...base, kind: 'zoom', marker: 'Zoom Out by ' };
    if (area === 'CustomZoom') return { ...base, kind: 'zoom', marker: 'Zoom Out by ' };
    if (area === 'BOOKMARK') return { ...base, kind: 'bookmark' };
    if (area === 'CancelJob') return { ...base, kind: 'cancel' };
    if (area === 'Job') return { ...base, kind: action, index: Number(number) || 0 };
    if (area === 'Settings') return { ...base, kind: 'toggle' };
    if (action === 'reroll') return { ...base, kind: 'reroll', lead: 'Rerolling ' };
    if (action === 'upsample')
      return {
        ...base,
        kind: 'pick',
        isGrid: false,
        marker: `Image #${index} `,
        lead: `Upscaling image #${index} with `,
      };
    if (action === 'variation')
      return {
        ...base,
        kind: 'variation',
        marker: 'Variations (Strong) by ',
        lead: 'Making variations for image #1 with prompt ',
      };
    if (/^(low|high)_variation/.test(action))
      return {
        ...base,
        kind: 'variation',
        marker: `Variations (${action.startsWith('low') ? 'Subtle' : 'Strong'}) by `,
        lead: 'Making variations for image #1 with prompt ',
      };
    if (action.startsWith('upsample_'))
      return {
        ...base,
        kind: 'upscale',
        isGrid: false,
        marker: `Upscaled (${action.includes('subtle') ? 'Subtle' : 'Creative'}) by `,
        lead: 'Upscaling image #1 with ',
      };
    if (action.startsWith('pan_'))
      return { ...base, kind: 'pan', marker: `Pan ${action[4]!.toUpperCase()}${action.slice(5)} by ` };
    if (action.startsWith('animate_'))
      return {
        ...base,
        kind: 'animate',
        prompt: `<https://s.mj.run/vv> ${prompt} --motion ${action.slice(8)} --video 1 --aspect 1:1`,
      };
    return { ...base, kind: 'other' };
  }
  #opensForm(body: Json, work: Work): boolean {
    if (body.type !== 3) return false;
    const { customId, field, title } = this.#formOf(body.data.custom_id as string, work);
    if (customId === '') return false;
    const id = work.interactionId;
    const common = {
      id,
      nonce: body.nonce,
      channel_id: body.channel_id,
      custom_id: customId,
      title,
      application: { id: this.server.applicationId, name: 'Midjourney Bot', bot: this.server.botUser },
    };
    if (field === '') {
      this.frames.set(customId.split('::')[2]!, work);
      this.server.emit(
        'INTERACTION_IFRAME_MODAL_CREATE',
        { ...common, iframe_path: 'inpaint/index.html', modal_size: 2 },
        { session: body.session_id },
      );
      return true;
    }
    const value = work.kind === 'zoom' ? `${work.prompt} --ar 1:1 --zoom 2` : work.prompt;
    const input = {
      type: 4,
      id: 2,
      custom_id: field,
      style: 2,
      value,
      required: true,
      max_length: 3000,
      placeholder: null,
    };
    const components = this.server.knobs.labels
      ? [{ type: 18, id: 1, label: 'Prompt', description: null, component: input }]
      : [{ type: 1, id: 1, components: [{ ...input, label: 'Prompt' }] }];
    this.modals.set(id, { customId, fields: [input], work });
    this.server.emit('INTERACTION_MODAL_CREATE', { ...common, components }, { session: body.session_id });
    return true;
  }
  #formOf(pressed: string, work: Work): { customId: string; field: string; title: string } {
    const hash = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(pressed)?.[0] ?? '';
    const form = (customId: string, field: string, title: string) => ({ customId, field, title });
    if (pressed.startsWith('MJ::CustomZoom'))
      return form(`MJ::OutpaintCustomZoomModal::${hash}`, 'MJ::OutpaintCustomZoomModal::prompt', 'Zoom Out');
    if (work.kind === 'region') return form(`MJ::iframe::${randomUUID().replaceAll('-', '')}`, '', 'Inpaint');
    if (work.kind === 'PicReader')
      return form(`MJ::Picreader::Modal::${work.index}`, 'MJ::Picreader::Modal::PromptField', 'Imagine');
    if (work.kind === 'PromptAnalyzer')
      return form(`MJ::ImagineModal::${work.parent?.id}`, 'MJ::ImagineModal::new_prompt', 'Imagine');
    if (!this.remix) return form('', '', '');
    if (work.kind === 'variation')
      return form(`MJ::RemixModal::${hash}::${work.index}::1`, 'MJ::RemixModal::new_prompt', 'Remix Prompt');
    if (work.kind === 'reroll')
      return form(`MJ::ImagineModal::${work.parent?.id}`, 'MJ::ImagineModal::new_prompt', 'Imagine');
    if (work.kind === 'pan') return form(`MJ::PanModal::left::${hash}::1`, 'MJ::PanModal::prompt', 'Pan');
    return form('', '', '');
  }
  /** The mask of a region came. */
  region(body: Json): boolean {
    const work = this.frames.get(body.customId);
    if (!work || typeof body.mask !== 'string' || body.mask.startsWith('data:')) return false;
    this.frames.delete(body.customId);
    void this.draw({ ...work, nonce: undefined, prompt: body.prompt || work.prompt }).catch((error: Error) =>
      this.server.problems.push(String(error.stack)),
    );
    return true;
  }
  /** The usual course of a work. */
  async perform(work: Work): Promise<void> {
    const { server } = this;
    const { person, channelId, nonce } = work;
    switch (work.kind) {
      case 'imagine':
      case 'blend':
      case 'reroll':
      case 'variation':
      case 'upscale':
      case 'zoom':
      case 'pan':
      case 'animate':
        return this.draw(work);
      case 'PicReader':
      case 'PromptAnalyzer':
        return this.draw({ ...work, prompt: work.prompt });
      case 'pick':
        return this.finish(work, undefined);
      case 'describe':
      case 'shorten':
        return this.#answerTexts(work);
      case 'bookmark':
        server.post(
          channelId,
          {
            content: `You have successfully rated [this job](https://discord.com/channels/1/2/3) with 😍`,
            ...this.replyTo(work.parent!),
            nonce,
          },
          person.id,
        );
        return;
      case 'show': {
        const shown = this.works.get(work.asked);
        if (shown)
          await this.finish(
            {
              ...shown,
              nonce,
              channelId,
              person,
              type: 2,
              interactionId: work.interactionId,
              kind: 'show',
              marker: '',
              parent: undefined,
            },
            undefined,
          );
        return;
      }
      case 'info': {
        const message = server.post(channelId, { ...this.origin(work), nonce, flags: 128 }, person.id);
        await this.step();
        server.edit(
          message,
          {
            flags: 64,
            embeds: [
              {
                type: 'rich',
                title: 'Your info - person',
                description:
                  '**Subscription**: Standard (Active monthly)\n**Job Mode**: Fast\n**Fast Time Remaining**: 3.25/15.0 hours (21.67%)\n**Queued Jobs (fast)**: 0',
              },
            ],
          },
          person.id,
        );
        return;
      }
      case 'settings':
        server.post(
          channelId,
          {
            ...this.origin(work),
            nonce,
            content: 'Adjust your settings here.',
            components: rows([button('MJ::Settings::RemixMode', 'Remix mode', '🎛️', this.remix ? 3 : 2)]),
          },
          person.id,
        );
        return;
      case 'prefer':
        this.remix = !this.remix;
        server.post(
          channelId,
          {
            ...this.origin(work),
            nonce,
            content: `Remix mode turned ${this.remix ? 'on! Your' : 'off! Your'} variations may ask for a prompt.`,
          },
          person.id,
        );
        return;
      case 'fast':
      case 'relax':
      case 'turbo':
        server.post(
          channelId,
          { ...this.origin(work), nonce, content: 'Done! Your jobs now do not consume fast-hours.' },
          person.id,
        );
        return;
      case 'cancel':
        return;
      default:
        server.problems.push(`unknown work ${work.kind}`);
    }
  }
  step(): Promise<void> {
    return sleep(this.server.knobs.stepMs ?? 6);
  }
  origin({ interactionId, type, name, person, parent }: Work): Json {
    const which = this.server.knobs.interactionField ?? 'both';
    const isCommand = type === 2;
    const metadata = {
      id: interactionId,
      type,
      ...(isCommand ? { name } : { interacted_message_id: parent?.id }),
      user: person.user,
      authorizing_integration_owners: { 0: this.server.guildId },
    };
    return {
      type: isCommand ? 20 : 0,
      application_id: this.server.applicationId,
      ...(which === 'metadata' || which === 'both' ? { interaction_metadata: metadata } : {}),
      ...((which === 'interaction' || which === 'both') && isCommand
        ? { interaction: { id: interactionId, type: 2, name, user: person.user } }
        : {}),
    };
  }
  replyTo(parent: Json): Json {
    const how = this.server.knobs.finalReference ?? 'message_reference';
    const { id, channel_id } = parent;
    if (how === 'none') return {};
    if (how === 'referenced_message') return { type: 19, referenced_message: parent };
    return {
      type: 19,
      message_reference: { type: 0, channel_id, message_id: id, guild_id: this.server.guildId },
      referenced_message: parent,
    };
  }
  #texts(): Texts {
    return { ...TEXTS, ...this.server.knobs.text };
  }
  /** Start, progress, picture. */
  async draw(work: Work): Promise<void> {
    const message = this.begin(work);
    for (const percent of this.server.knobs.percents ?? [0, 31, 78]) {
      await this.step();
      if (message) await this.progress(work, message, percent);
    }
    await this.step();
    if (!this.#stopped) await this.finish(work, message);
  }
  begin(work: Work): Json | undefined {
    const { server } = this;
    const { knobs } = server;
    if (knobs.noStart) return undefined;
    const only = knobs.ephemeralProgress ? work.person.id : undefined;
    const content = knobs.thinking ? '' : this.#texts().start(work.prompt, work.person.id, work.lead);
    const flags = knobs.thinking ? 128 : 0;
    return server.post(
      work.channelId,
      { ...this.origin(work), content, flags, nonce: work.nonce, mentions: [work.person.user] },
      only,
    );
  }
  async progress(work: Work, message: Json, percent: number): Promise<void> {
    const { knobs } = this.server;
    const only = knobs.ephemeralProgress ? work.person.id : undefined;
    const attachments =
      knobs.previews === false || percent === 0
        ? []
        : [
            this.server.attach(
              `${work.jobId}_grid_0.webp`,
              await pictureOf(`${work.jobId}${percent}`, 'webp'),
            ),
          ];
    const content = this.#texts().progress(this.#head(work), work.person.id, percent, work.jobId);
    this.server.edit(
      message,
      {
        content,
        flags: only ? 64 : 0,
        attachments,
        components: rows([button(`MJ::CancelJob::ByJobid::${work.jobId}`, 'Cancel Job', '✖️', 4)]),
      },
      only,
    );
  }
  #head({ prompt, marker }: Work): string {
    return `**${prompt}** - ${marker}`;
  }
  /** The picture. */
  async finish(work: Work, message: Json | undefined): Promise<void> {
    const { server } = this;
    const { knobs } = server;
    if (work.kind !== 'show') this.works.set(work.jobId, work);
    const extension = knobs.finalExtension ?? (work.isGrid ? 'webp' : 'png');
    const words = work.asked.replace(/[^a-z0-9]+/gi, '_').slice(0, 40);
    const bytes = await pictureOf(work.jobId, extension === 'jpg' ? 'jpeg' : (extension as 'png'));
    const name = `${work.person.user.username}_${words}_${work.jobId}.${extension}`;
    const { id: user } = work.person;
    const content =
      work.kind === 'pick'
        ? `${this.#head(work)}<@${user}>`
        : work.kind === 'show'
          ? `${this.#head(work)}<@${user}>`
          : this.#texts().final(this.#head(work), user, work.jobId);
    const body = {
      content,
      attachments: [server.attach(name, bytes, work.channelId)],
      components: work.isGrid ? this.#gridButtons(work.jobId) : this.#pictureButtons(work.jobId),
      mentions: [work.person.user],
      ...(work.parent && (work.type === 3 || work.type === 5) ? this.replyTo(work.parent) : {}),
      ...(work.kind === 'show' || (work.kind === 'pick' && knobs.finalNonce !== false) || knobs.finalNonce
        ? { nonce: work.nonce }
        : {}),
    };
    if (message && knobs.finalAsUpdate) return server.edit(message, body);
    if (message && !knobs.removeLast) {
      server.remove(message);
      await this.step();
    }
    server.post(work.channelId, body);
    if (message && knobs.removeLast) server.remove(message);
  }
  #gridButtons(job: string): Json[] {
    const four = [1, 2, 3, 4];
    return rows(
      [
        ...four.map((n) => button(`MJ::JOB::upsample::${n}::${job}`, `U${n}`)),
        button(`MJ::JOB::reroll::0::${job}::SOLO`, '', '🔄'),
      ],
      four.map((n) => button(`MJ::JOB::variation::${n}::${job}`, `V${n}`)),
    );
  }
  #pictureButtons(job: string): Json[] {
    const b = (area: string, label: string, emoji?: string) =>
      button(`MJ::${area}::1::${job}::SOLO`, label, emoji);
    return rows(
      [
        b('JOB::upsample_v6r1_2x_subtle', 'Upscale (Subtle)', 'upscale_1'),
        b('JOB::upsample_v6r1_2x_creative', 'Upscale (Creative)', 'upscale_1'),
      ],
      [
        b('JOB::low_variation', 'Vary (Subtle)', '🪄'),
        b('JOB::high_variation', 'Vary (Strong)', '🪄'),
        b('Inpaint', 'Vary (Region)', '🖌️'),
      ],
      [
        b('Outpaint::50', 'Zoom Out 2x', '🔍'),
        b('Outpaint::75', 'Zoom Out 1.5x', '🔍'),
        button(`MJ::CustomZoom::${job}`, 'Custom Zoom', '🔍'),
      ],
      ['⬅️', '➡️', '⬆️', '⬇️'].map((emoji, at) =>
        b(`JOB::pan_${['left', 'right', 'up', 'down'][at]}`, '', emoji),
      ),
      [
        b('JOB::animate_high', 'Animate (High motion)', '🎞️'),
        button(`MJ::BOOKMARK::${job}`, '', '❤️'),
        { type: 2, id: 9, style: 5, label: 'Web', url: `https://www.midjourney.com/jobs/${job}?index=0` },
      ],
    );
  }
  async #answerTexts(work: Work): Promise<void> {
    const { server } = this;
    const message = server.post(work.channelId, { ...this.origin(work), nonce: work.nonce, flags: 128 });
    await this.step();
    const lines = [1, 2, 3, 4].map((n) => `${n}\uFE0F\u20E3 text ${n} of ${work.jobId}`).join('\n\n');
    const image =
      work.kind === 'describe'
        ? {
            image: { url: server.attach('seen.png', await pictureOf(work.jobId)).url, width: 64, height: 64 },
          }
        : {};
    const isShort = work.kind === 'shorten';
    const description = isShort
      ? `## Important tokens\n**cat** ~~the~~\n## Shortened prompts\n${lines}`
      : lines;
    const footer = isShort
      ? { footer: { text: 'Click on a button to imagine one of the shortened prompts' } }
      : {};
    const ids = [1, 2, 3, 4].map((n) =>
      button(isShort ? `MJ::Job::PromptAnalyzer::${n}` : `MJ::Job::PicReader::${n}`, `${n}\uFE0F\u20E3`),
    );
    server.edit(message, {
      flags: 0,
      embeds: [{ type: 'rich', content_scan_version: 0, description, ...image, ...footer }],
      components: rows(ids),
    });
  }
  reacted(message: Json, emoji: string, person: Person): void {
    if (emoji !== '✉️') this.server.problems.push(`reaction ${emoji}`);
    const job = [...this.works.values()].find(({ jobId }) =>
      JSON.stringify(message.components).includes(jobId),
    );
    if (!job) return;
    const direct = this.directChannel(person);
    this.server.post(direct.id, {
      content: `**${job.prompt}** - <@${person.id}>\n**Job ID**: ${job.jobId}\n**seed** ${this.seedOf(job.jobId)}`,
      attachments: [],
    });
  }
  seedOf(jobId: string): string {
    return String(Number.parseInt(jobId.slice(0, 8), 16));
  }
  directChannel(person: Person): Json {
    const known = this.#directs.get(person.id);
    if (known) return known;
    const channel = {
      id: this.server.id(),
      type: 1,
      recipients: [this.server.botUser],
      last_message_id: null,
      flags: 0,
    };
    this.#directs.set(person.id, channel);
    this.server.addChannel(channel.id, { type: 1, guild_id: undefined });
    return channel;
  }
  /** Somebody else's job in the same channel. */
  async foreignJob(prompt: string): Promise<void> {
    const person = this.server.stranger;
    await this.draw({
      kind: 'imagine',
      person,
      channelId: this.server.channelId,
      interactionId: this.server.id(),
      type: 2,
      name: 'imagine',
      asked: prompt,
      prompt: this.#echo(prompt),
      marker: '',
      lead: '',
      jobId: randomUUID(),
      isGrid: true,
    });
  }
  /** A notice by one of its ways. */
  async notice(work: Work, delivery: Delivery, body: Json): Promise<void> {
    const { server } = this;
    const { channelId, nonce, person } = work;
    if (delivery === 'create-with-nonce')
      server.post(channelId, { ...this.origin(work), nonce, ...body }, person.id);
    else if (delivery === 'thinking-update') {
      const message = server.post(channelId, { ...this.origin(work), nonce, flags: 128 }, person.id);
      await this.step();
      server.edit(message, { ...body, flags: 64 }, person.id);
    } else {
      const message = this.begin(work)!;
      await this.step();
      await this.progress(work, message, 15);
      await this.step();
      if (delivery === 'progress-update')
        server.edit(message, { content: '', attachments: [], components: [], ...body });
      else if (delivery === 'reply-to-progress')
        server.post(channelId, { ...this.replyTo(message), ...body });
      else {
        server.remove(message);
        server.post(channelId, { ...this.origin(work), ...body }, person.id);
      }
    }
  }
}

export const DELIVERIES = [
  'create-with-nonce',
  'thinking-update',
  'progress-update',
  'reply-to-progress',
  'by-interaction',
] as const;
export type Delivery = (typeof DELIVERIES)[number];
