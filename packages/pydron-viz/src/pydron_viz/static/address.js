// The page's state lives in the fragment of its address: #t=0.975&view=run&task=12

export class Address {
  constructor() {
    this.values = this.#read();
    // The token has become a cookie; it need not stand in the address bar, history and screenshots.
    const url = new URL(location.href);
    if (url.searchParams.has("token")) {
      url.searchParams.delete("token");
      history.replaceState(null, "", url);
    }
    this.pending = 0;
  }

  /** Change values; those that are null are removed. */
  set(changes) {
    for (const [key, value] of Object.entries(changes))
      if (value === null || value === undefined) delete this.values[key];
      else this.values[key] = String(value);
    // Browsers refuse too many changes of the address per second.
    if (!this.pending) this.pending = setTimeout(() => { this.pending = 0; this.#write(); }, 150);
  }

  /** Call back when the user changes the address, or goes back. */
  onChange(callback) {
    addEventListener("hashchange", () => {
      const values = this.#read();
      if (JSON.stringify(values) !== JSON.stringify(this.values)) { this.values = values; callback(values); }
    });
  }

  #read() {
    return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  }

  #write() {
    const text = new URLSearchParams(this.values).toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  }
}
