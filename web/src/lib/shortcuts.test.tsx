import { cleanup, render } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { handleKey, singleKeys, useShortcuts } from './shortcuts';

function Keys({ keys, run }: { keys: string; run: () => void }) {
  useShortcuts([{ keys, does: 'something', run }]);
  return <input aria-label="box" />;
}

function press(key: string, options: KeyboardEventInit & { on?: Element } = {}) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...options });
  (options.on ?? document.body).dispatchEvent(event);
  return event;
}

beforeEach(() => addEventListener('keydown', handleKey));
afterEach(() => {
  removeEventListener('keydown', handleKey);
  singleKeys.on = true;
  cleanup();
});

describe('a shortcut', () => {
  it('runs, and keeps the browser from acting on the key', () => {
    const run = vi.fn();
    render(<Keys keys="C" run={run} />);
    expect(press('c').defaultPrevented).toBe(true);
    expect(run).toHaveBeenCalledOnce();
  });

  it('rests while somebody types, unless it has a modifier', () => {
    const run = vi.fn();
    const { getByLabelText, rerender } = render(<Keys keys="C" run={run} />);
    press('c', { on: getByLabelText('box') });
    expect(run).not.toHaveBeenCalled();
    rerender(<Keys keys="Mod+K" run={run} />);
    press('k', { on: getByLabelText('box'), ctrlKey: true });
    expect(run).toHaveBeenCalledOnce();
  });

  it('is the text’s own where one types, if it undoes', () => {
    const run = vi.fn();
    const { getByLabelText } = render(<Keys keys="Mod+Z" run={run} />);
    expect(press('z', { on: getByLabelText('box'), ctrlKey: true }).defaultPrevented).toBe(false);
    expect(run).not.toHaveBeenCalled();
    press('z', { ctrlKey: true });
    expect(run).toHaveBeenCalledOnce();
  });

  it('may be one key after another', () => {
    const run = vi.fn();
    render(<Keys keys="G P" run={run} />);
    press('g');
    press('x');
    press('p');
    expect(run).not.toHaveBeenCalled();
    press('g');
    press('p');
    expect(run).toHaveBeenCalledOnce();
  });

  it('is gone with its component, and when single keys are turned off', () => {
    const run = vi.fn();
    const { unmount } = render(<Keys keys="C" run={run} />);
    singleKeys.on = false;
    press('c');
    singleKeys.on = true;
    unmount();
    press('c');
    expect(run).not.toHaveBeenCalled();
  });

  it('rests while a dialog is open', () => {
    const run = vi.fn();
    render(
      <>
        <Keys keys="C" run={run} />
        <div role="dialog" />
      </>,
    );
    press('c');
    expect(run).not.toHaveBeenCalled();
  });
});
