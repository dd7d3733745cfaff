// The files that go with what one writes. How they go up, and what that looks like, is loaded with
// the first of them.

export class Attached {
  #load;
  #uploads = null;
  #coming = 0; // times that files were given before that was loaded
  #kept = []; // what was up before that was loaded
  #changed;

  constructor(app, form, changed) {
    const input = form.querySelector('.attach input');
    this.#changed = changed;
    this.#load = async () => {
      const { Uploads } = await import('./later/uploads.js');
      if (!this.#uploads) (this.#uploads = new Uploads(app, form, changed)).keep(this.#kept);
      return this.#uploads;
    };
    input.addEventListener('change', () => {
      this.add([...input.files]);
      input.value = ''; // so that the same can be chosen again
    });
  }

  // Those that are up, as they go into a message.
  get files() {
    return this.#uploads?.files ?? this.#kept;
  }

  get underWay() {
    return this.#coming > 0 || Boolean(this.#uploads?.underWay);
  }

  get failed() {
    return Boolean(this.#uploads?.failed);
  }

  get any() {
    return this.files.length > 0 || this.underWay || this.failed;
  }

  async add(files) {
    this.#coming++;
    this.#changed();
    const uploads = await this.#load();
    this.#coming--;
    uploads.add(files);
  }

  // Exactly these are up; what is on its way stays.
  keep(files) {
    this.#kept = files;
    if (this.#uploads) this.#uploads.keep(files);
    else if (files.length) this.#load();
  }
}
