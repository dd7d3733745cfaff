// The HTTP API, as the person this tab is.

const PATIENCE = 20_000; // milliseconds for an answer

export class ApiError extends Error {
  constructor(status, { Code = 'internal', Text = '', RetryAfter = 0 } = {}) {
    super(Text || Code);
    Object.assign(this, { status, Code, Text, RetryAfter });
  }
}

export class Api {
  #as;

  constructor(as) {
    this.#as = as;
  }

  get(path, query) {
    return this.#call('GET', path, query);
  }

  post(path, body) {
    return this.#call('POST', path, {}, body);
  }

  put(path, body) {
    return this.#call('PUT', path, {}, body);
  }

  // What is still to arrive when the page is gone already.
  putLast(path, body) {
    fetch(this.url(path), { method: 'PUT', keepalive: true, ...json(body) }).catch(() => {});
  }

  patch(path, body) {
    return this.#call('PATCH', path, {}, body);
  }

  delete(path, query) {
    return this.#call('DELETE', path, query);
  }

  url(path, query) {
    const url = new URL(`/api/v1/${path}`, location);
    url.search = new URLSearchParams({ ...query, as: this.#as });
    return url;
  }

  async signedOut() {
    return this.get('me').then(() => false, (error) => error.status === 401);
  }

  async #call(method, path, query, body) {
    const response = await fetch(this.url(path, query), { method, signal: AbortSignal.timeout(PATIENCE), ...(body && json(body)) });
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    throw new ApiError(response.status, answer.Error);
  }
}

const json = (body) => ({ body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
