/** What is said as it happens, unless something else is being shown: then it is said afterwards. */
export class News {
  #held: string[] | undefined;

  constructor(private readonly say: (line: string) => void) {}

  tell(line: string): void {
    if (this.#held === undefined) this.say(line);
    else this.#held.push(line);
  }

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const line of held) this.say(line);
  }
}
