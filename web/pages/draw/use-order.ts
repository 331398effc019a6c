import { useState } from 'preact/hooks';
import type { TaskOrderBody } from '../../api/types.ts';
import { toastError } from '../../parts/toast.tsx';
import { order } from './work.ts';

/** Where one column is all there is room for, the stage is below the form. */
function showStage(): void {
  const stage = document.getElementById('stage');
  const isBelow = stage && stage.getBoundingClientRect().top > window.innerHeight / 2;
  if (isBelow) stage.scrollIntoView({ block: 'start' });
}

/** Orders tasks one at a time; failures are told. The stage is brought into view. */
export function useOrder(): {
  readonly busy: boolean;
  readonly submit: (body: TaskOrderBody) => Promise<void>;
} {
  const [busy, setBusy] = useState(false);
  const submit = async (body: TaskOrderBody) => {
    setBusy(true);
    try {
      await order(body);
      showStage();
    } catch (error) {
      toastError(error);
    }
    setBusy(false);
  };
  return { busy, submit };
}
