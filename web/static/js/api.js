// The HTTP API, as the person this tab is.

const PATIENCE = 20_000; // milliseconds for an answer

export class ApiError extends Error {
  constructor(status, { Code = 'internal', Text = '' } = {}) {
    super(Text || Code);
    Object.assign(this, { status, Code, Text });
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

  post(path) {
    return this.#call('POST', path);
  }

  async signedOut() {
    return this.get('me').then(() => false, (error) => error.status === 401);
  }

  async #call(method, path, query) {
    const url = new URL(`/api/v1/${path}`, location);
    url.search = new URLSearchParams({ ...query, as: this.#as });
    const response = await fetch(url, { method, signal: AbortSignal.timeout(PATIENCE) });
    if (response.ok) return response.json();
    const body = await response.json().catch(() => ({}));
    throw new ApiError(response.status, body.Error);
  }
}
