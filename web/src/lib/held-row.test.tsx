import { cleanup, render, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdRows } from './held-row';

function Rows({ names, menu = false }: { names: readonly string[]; menu?: boolean }) {
  return (
    <main id="main">
      <ul>
        {names.map((name) => (
          <li key={name} data-task={name}>
            <button type="button">Status of {name}</button>
            <a href={`/${name}`} data-row-link>
              {name}
            </a>
          </li>
        ))}
      </ul>
      {menu && (
        <div role="menu">
          <button type="button">Done</button>
        </div>
      )}
    </main>
  );
}

const active = () => document.activeElement?.textContent;

describe('the focus in a list', () => {
  let end: () => void;
  beforeEach(() => {
    end = holdRows();
  });
  afterEach(() => {
    end();
    cleanup();
  });

  it('goes to the next row where its own goes', async () => {
    const { getByText, rerender } = render(<Rows names={['one', 'two', 'three']} />);
    getByText('two').focus();
    rerender(<Rows names={['one', 'three']} />);
    await waitFor(() => expect(active()).toBe('three'));
    rerender(<Rows names={['one']} />);
    await waitFor(() => expect(active()).toBe('one'));
  });

  it('stays with the row that is drawn anew elsewhere', async () => {
    const { getByText, rerender } = render(<Rows key="a" names={['one', 'two', 'three']} />);
    getByText('one').focus();
    rerender(<Rows key="b" names={['two', 'three', 'one']} />);
    await waitFor(() => expect(active()).toBe('one'));
  });

  it('waits until the menu of the row is closed', async () => {
    const { getByText, rerender } = render(<Rows names={['one', 'two']} />);
    getByText('Status of one').focus();
    rerender(<Rows names={['one', 'two']} menu />);
    getByText('Done').focus();
    rerender(<Rows names={['two']} menu />);
    await Promise.resolve();
    expect(active()).toBe('Done');
    rerender(<Rows names={['two']} />);
    await waitFor(() => expect(active()).toBe('two'));
  });

  it('is left alone where it went elsewhere', async () => {
    const { getByText, rerender } = render(<Rows names={['one', 'two']} />);
    getByText('one').focus();
    getByText('one').blur();
    document.body.dispatchEvent(new MouseEvent('pointerdown', { bubbles: true }));
    rerender(<Rows names={['two']} />);
    await new Promise((done) => setTimeout(done));
    expect(document.activeElement).toBe(document.body);
  });
});
