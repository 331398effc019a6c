/** Errors in a person's words. */
import { ApiError } from '../api/client.ts';
import { t } from '../i18n/index.ts';

/** What went wrong, and its code where there is one. The gateway's own messages are English and say what to do. */
export function errorText(error: unknown): { message: string; hint?: string } {
  if (!(error instanceof ApiError)) return { message: t('error.unexpected') };
  if (error.code === 'unreachable') {
    return { message: t('error.unreachable'), hint: t('error.unreachableHint') };
  }
  return { message: error.message || t('error.unexpected'), hint: t('error.code', { code: error.code }) };
}
