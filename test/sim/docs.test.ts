import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BEHAVIOUR_FIELDS } from '../../src/sim/bots/behaviour.ts';
import { LIMIT_TEXTS } from '../../src/sim/bots/limit-texts.ts';
import { MIDJOURNEY_FIELDS, NOTICE_NAMES } from '../../src/sim/bots/midjourney/index.ts';
import { PIKA_NAMES } from '../../src/sim/bots/pika/index.ts';
import { FAULT_TYPES } from '../../src/sim/faults.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/simulator.md'), 'utf8');

describe('docs/simulator.md', () => {
  const names = [...BEHAVIOUR_FIELDS, ...FAULT_TYPES, ...Object.keys(LIMIT_TEXTS)];
  it.each([...names, ...MIDJOURNEY_FIELDS, ...NOTICE_NAMES, ...PIKA_NAMES])('explains `%s`', (name) => {
    expect(page).toContain(`\`${name}\``);
  });

  it('names no fault that does not exist', () => {
    const section = page.slice(page.indexOf('## Faults'));
    const named = Array.from(section.matchAll(/^\| `([a-z-]+)` \|/gm), (match) => match[1]);
    expect(named.filter((name) => name !== 'type').sort()).toEqual([...FAULT_TYPES].sort());
  });
});
