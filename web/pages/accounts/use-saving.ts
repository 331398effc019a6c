import { useState } from 'preact/hooks';
import { type ConfigList, type ConfigView, putEntry } from '../../api/config.ts';
import { t } from '../../i18n/index.ts';
import { toast } from '../../parts/toast.tsx';
import { type EntryProblems, NO_PROBLEMS, problemsOf } from './problems.ts';

/** What is saved, and what happens then. */
interface Saving {
  readonly list: ConfigList;
  readonly config: ConfigView;
  /** False for an entry that is there already. */
  readonly isNew: boolean;
  readonly onClose: () => void;
  readonly onChanged: (notes: readonly string[]) => void;
}

/** Saves an entry; what is wrong with it is kept for its fields. */
export function useSaving({ list, config, isNew, onClose, onChanged }: Saving) {
  const [problems, setProblems] = useState<EntryProblems>(NO_PROBLEMS);
  const [busy, setBusy] = useState(false);
  const refuse = (message: string) => setProblems({ inside: [{ path: 'id', message }], outside: [] });
  const save = async (id: string, entry: object) => {
    const place = config[list].findIndex((each) => each.id === id);
    if (id === '') return refuse(t('accounts.idEmpty'));
    if (isNew && place >= 0) return refuse(t('accounts.idTaken', { id }));
    setBusy(true);
    try {
      const { notes, restart } = await putEntry(list, id, entry);
      toast(t('accounts.saved', { id }));
      const later = restart.map((section) => t('accounts.restart', { section }));
      onChanged([...notes, ...later]);
      onClose();
    } catch (error) {
      setProblems(problemsOf(error, list, place < 0 ? config[list].length : place));
      setBusy(false);
    }
  };
  return { problems, busy, save };
}
