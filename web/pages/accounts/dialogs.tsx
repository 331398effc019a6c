import { ApiError } from '../../api/client.ts';
import {
  type AccountEntry,
  type BotEntry,
  type ConfigList,
  type ConfigView,
  removeEntry,
} from '../../api/config.ts';
import { t } from '../../i18n/index.ts';
import { ConfirmDialog } from '../../parts/dialog.tsx';
import { toast } from '../../parts/toast.tsx';
import { AccountDialog } from './account-dialog.tsx';
import { BotDialog } from './bot-dialog.tsx';

/** What stands above the page; an entry that is left out is a new one. */
export type Opened =
  | { readonly what: 'account'; readonly entry?: AccountEntry }
  | { readonly what: 'bot'; readonly entry?: BotEntry }
  | { readonly what: 'remove'; readonly list: ConfigList; readonly id: string }
  | undefined;

/** The dialog that is open, if any. */
export function OpenedDialog({
  opened,
  config,
  onClose,
  onChanged,
}: {
  opened: Opened;
  config: ConfigView;
  onClose: () => void;
  onChanged: (notes: readonly string[]) => void;
}) {
  if (opened === undefined) return null;
  const given = { config, onClose, onChanged };
  if (opened.what === 'account') return <AccountDialog entry={opened.entry} {...given} />;
  if (opened.what === 'bot') return <BotDialog entry={opened.entry} {...given} />;
  const { list, id } = opened;
  const remove = async () => {
    await removeEntry(list, id).catch((error: unknown) => {
      throw withProblems(error);
    });
    toast(t('accounts.removed', { id }));
    onChanged([]);
  };
  return (
    <ConfirmDialog
      title={t('accounts.removeTitle', { id })}
      text={t(list === 'bots' ? 'accounts.removeBotText' : 'accounts.removeAccountText')}
      action={t('common.remove')}
      onConfirm={remove}
      onClose={onClose}
    />
  );
}

/** A removal has no fields: what stands against it is told in one message. */
function withProblems(error: unknown): unknown {
  if (!(error instanceof ApiError) || error.problems.length === 0) return error;
  const words = error.problems.map(({ path, message }) => `${path}: ${message}`);
  return new ApiError(error.status, error.code, words.join(' '), {});
}
