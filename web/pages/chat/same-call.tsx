import { useState } from 'preact/hooks';
import { addressOf } from '../../api/client.ts';
import { t } from '../../i18n/index.ts';
import { CodeBlock } from '../../parts/code-block.tsx';
import { Card } from '../../parts/layout.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { type SampleLanguage, sampleOf } from './samples.ts';
import { draft, type Line, messagesOf, type Turn, turnOf, turns } from './talk.ts';

/** Names of programs and languages are the same everywhere. */
const LANGUAGES: readonly { readonly id: SampleLanguage; readonly label: string }[] = [
  { id: 'curl', label: 'curl' },
  { id: 'python', label: 'Python' },
  { id: 'typescript', label: 'TypeScript' },
];

/** The call of the playground, for other programs. */
export function SameCall({ line }: { line: Line }) {
  const [language, setLanguage] = useState<SampleLanguage>('curl');
  const messages = messagesOf(shownTurns(), line.conversation);
  const code = sampleOf(language, addressOf('v1'), { ...line, messages });
  return (
    <Card title={t('chat.sameCall')}>
      <Tabs
        label={t('chat.sampleLanguage')}
        tabs={LANGUAGES}
        current={language}
        onCurrent={(id) => setLanguage(id as SampleLanguage)}
      >
        <CodeBlock code={code} label={language === 'curl' ? t('chat.shell') : 'openai'} />
        <p class="mt-2 text-xs text-muted">{t('chat.keyPlace')}</p>
      </Tabs>
    </Card>
  );
}

/** With what is being written; while nothing is, the call that was made last. */
function shownTurns(): readonly Turn[] {
  const { words, pictures } = draft.value;
  const said = turns.value;
  if (words.trim() !== '' || pictures.length > 0) {
    return [...said, turnOf('user', { text: words.trim(), images: pictures })];
  }
  const last = said.findLastIndex(({ role }) => role === 'user');
  return last < 0 ? [turnOf('user', { text: t('chat.hello') })] : said.slice(0, last + 1);
}
