/** What the bot says instead of a picture. */
/** Colour of errors. */
export const RED = 16711680;
/** As embeds and plain words; `text` is what a caller reads of it. */
export const REFUSALS: [text: string, body: Record<string, unknown>][] = [
  [
    'Banned prompt detected',
    {
      embeds: [
        {
          type: 'rich',
          color: RED,
          title: 'Banned prompt detected',
          description: 'Sorry! Our AI moderator thinks this is against our standards.',
        },
      ],
    },
  ],
  [
    'Banned image prompt',
    { embeds: [{ type: 'rich', color: 15548997, title: 'Banned image prompt', description: 'No.' }] },
  ],
  [
    'Invalid parameter',
    {
      embeds: [
        {
          color: RED,
          title: 'Invalid parameter',
          description: 'Unrecognized parameter(s): `--foo`\n/imagine a cat --foo',
        },
      ],
    },
  ],
  [
    'Invalid link!',
    { embeds: [{ type: 'rich', title: 'Invalid link!', description: 'Could not fetch image.' }] },
  ],
  [
    'Empty prompt',
    { embeds: [{ type: 'rich', color: RED, title: 'Empty prompt', description: 'Type something.' }] },
  ],
  [
    'Sorry! Could not complete the job!',
    {
      embeds: [
        { type: 'rich', color: RED, title: 'Sorry! Could not complete the job!', description: 'Try again.' },
      ],
    },
  ],
  [
    'Image denied',
    {
      embeds: [
        {
          type: 'rich',
          color: RED,
          title: 'Image denied',
          description: 'Request cancelled due to image filters',
        },
      ],
    },
  ],
  [
    'decline-revise-frolic',
    {
      embeds: [
        {
          type: 'rich',
          title: 'Sorry, something went wrong',
          description: 'The job encountered an error. Our team has been notified.',
          footer: { text: 'decline-revise-frolic' },
        },
      ],
    },
  ],
  [
    'Job action restricted',
    {
      embeds: [
        {
          type: 'rich',
          color: RED,
          title: 'Job action restricted',
          description: 'You can not submit batch jobs in relax mode',
        },
      ],
    },
  ],
  [
    'Internal error',
    { embeds: [{ type: 'rich', color: RED, title: 'Internal error', description: 'Something went wrong.' }] },
  ],
  [
    'Never heard of',
    {
      embeds: [{ type: 'rich', color: RED, title: 'Never heard of', description: 'A notice of next year.' }],
    },
  ],
  ['Failed to process your command', { content: 'Failed to process your command :c' }],
  [
    'Unrecognized parameter(s): x',
    { content: 'Invalid parameter\nUnrecognized parameter(s): x\n/imagine prompt a cat --x' },
  ],
];
/** Where the account has to rest afterwards. */
export const STOPS: [text: string, state: string, body: Record<string, unknown>][] = [
  [
    'Action needed to continue',
    'paused',
    {
      embeds: [
        {
          type: 'rich',
          color: RED,
          title: 'Action needed to continue',
          description: 'Your prompt needs a look.',
        },
      ],
      components: [
        { type: 1, components: [{ type: 2, style: 1, label: 'Appeal', custom_id: 'MJ::Prompts::Appeal' }] },
      ],
    },
  ],
  [
    'Pending mod message',
    'paused',
    {
      embeds: [
        {
          type: 'rich',
          color: 16776960,
          title: 'Pending mod message',
          description: 'You have a pending moderation message. Please acknowledge it to continue.',
        },
      ],
    },
  ],
  [
    'Tos not accepted',
    'paused',
    { embeds: [{ type: 'rich', color: RED, title: 'Tos not accepted', description: 'Accept the terms.' }] },
  ],
  [
    'verify you',
    'paused',
    {
      embeds: [
        {
          type: 'rich',
          description:
            'Wow! You’re making so many AI images we need to verify you’re human 😂 Please select which description best fits the image below.',
        },
      ],
      components: [
        { type: 1, components: [{ type: 2, style: 2, label: 'a dog', custom_id: 'MJ::Captcha::1::abc' }] },
      ],
    },
  ],
  [
    'Blocked',
    'disabled',
    {
      embeds: [
        {
          type: 'rich',
          color: RED,
          title: 'Blocked',
          description: 'You have been blocked from accessing Midjourney.',
        },
      ],
    },
  ],
  [
    'Subscription required',
    'disabled',
    { embeds: [{ type: 'rich', color: RED, title: 'Subscription required', description: 'Subscribe.' }] },
  ],
];
