/** Wakes one waiting loop. A ring with nobody waiting is kept for the next wait, so no wake-up is lost. */
export class Bell {
  private rung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    if (this.wake === undefined) {
      this.rung = true;
      return;
    }
    this.wake();
    this.wake = undefined;
  }

  async wait(): Promise<void> {
    if (!this.rung) {
      await new Promise<void>(resolve => {
        this.wake = resolve;
      });
    }
    this.rung = false;
  }
}
