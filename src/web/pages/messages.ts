/** Sign-in, and what is shown instead of a page. */
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { alert, card } from '../parts.ts';

export function signInPage(tokenFile: string, failed: boolean): Page {
  return {
    route: '/signin',
    title: 'Sign in',
    refreshable: false,
    body: html`<div class="narrow">${failed ? alert('bad', 'That is not the token of this server.') : ''}
${card('Token of this server', html`<form class="pad stack" method="post" action="/signin"><label for="token">It is in <span class="mono">${tokenFile}</span> on the server, readable for its user only.</label>
<input id="token" name="token" type="password" autocomplete="current-password" required><button class="primary">Sign in</button></form>`)}</div>`,
  };
}

export interface FailureView {
  readonly status: number;
  readonly message: string;
  readonly hint: string | undefined;
  /** Signing in may help. */
  readonly signIn: boolean;
}

const TITLES: Readonly<Record<number, string>> = { 400: 'That cannot be', 401: 'Not signed in', 403: 'Not for everybody', 404: 'Not found', 503: 'Not available now' };

export function failureBody({ status, message, hint, signIn }: FailureView): Page {
  return {
    route: '',
    title: TITLES[status] ?? 'That failed',
    body: html`${alert(status >= 500 ? 'bad' : 'warn', message, hint ?? '')}
<p>${signIn ? html`<a class="button primary" href="/signin">Sign in</a> ` : ''}<a class="button" href="/overview">Overview</a></p>`,
  };
}
