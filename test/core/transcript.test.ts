import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/core/discord.ts';
import { transcriptOf } from '../../src/core/transcript.ts';

const BOT = '900';
const message = (authorId: string, content: string, patch: Partial<Message> = {}): Message => ({
  id: '1211421713496994992',
  channel_id: '1',
  author: { id: authorId },
  content,
  timestamp: '2026-11-20T10:00:00.000Z',
  ...patch,
});
const file = (filename: string, content_type?: string) => ({
  id: filename,
  filename,
  url: `https://cdn.example.org/${filename}`,
  ...(content_type === undefined ? {} : { content_type }),
});

describe('the lines of a channel', () => {
  it('are the user’s without the mention, and the bot’s as they stand', () => {
    const lines = transcriptOf([message('1', `<@${BOT}> Hello <@${BOT}>`), message(BOT, ' Hi. ')], [BOT]);
    expect(lines).toEqual([
      { role: 'user', text: `Hello <@${BOT}>`, images: [], files: [], at: Date.UTC(2026, 10, 20, 10) },
      { role: 'assistant', text: 'Hi.', images: [], files: [], at: Date.UTC(2026, 10, 20, 10) },
    ]);
  });

  it('join what was sent in parts, and leave out what is empty', () => {
    const lines = transcriptOf(
      [
        message('1', 'one'),
        message('1', ''),
        message('2', 'two'),
        message(BOT, 'three'),
        message(BOT, 'four'),
      ],
      [BOT],
    );
    expect(lines.map(({ role, text }) => [role, text])).toEqual([
      ['user', 'one\ntwo'],
      ['assistant', 'three\nfour'],
    ]);
  });

  it('carry pictures and files, also without a word', () => {
    const attachments = [file('a.png', 'image/png'), file('b.webp'), file('Prompt.txt', 'text/plain')];
    const embeds = [{ image: { url: 'https://example.org/c.png' } }, { title: 'no picture' }];
    const [line] = transcriptOf([message(BOT, '', { attachments, embeds })], [BOT]);
    expect(line?.images).toEqual([
      'https://cdn.example.org/a.png',
      'https://cdn.example.org/b.webp',
      'https://example.org/c.png',
    ]);
    expect(line?.files).toEqual([{ name: 'Prompt.txt', url: 'https://cdn.example.org/Prompt.txt' }]);
  });

  it('know their moment from the id where nothing else tells it', () => {
    const [line] = transcriptOf([message('1', 'x', { timestamp: '' })], [BOT]);
    expect(new Date(line?.at ?? 0).toISOString().slice(0, 10)).toBe('2024-02-25');
  });
});
