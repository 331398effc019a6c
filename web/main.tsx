/** Where the interface begins. */
import './styles/main.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { App } from './app/app.tsx';
import { restore } from './app/session.ts';
import { locale } from './i18n/index.ts';

effect(() => {
  document.documentElement.lang = locale.value;
});

const root = document.getElementById('app');
if (root) {
  render(<App />, root);
  void restore();
}
