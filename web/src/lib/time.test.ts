import { describe, expect, it } from 'vitest';
import { ago, clock, nextTick, took } from './time';

const NOW = new Date('2026-03-10T12:00:00Z');
const back = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);

describe('ago', () => {
  it.each([
    [0, 'just now'],
    [-3, 'just now'],
    [12, '12 s ago'],
    [59, '59 s ago'],
    [60, '1 min ago'],
    [3599, '59 min ago'],
    [3600, '1 h ago'],
    [86_400 * 2, '2 d ago'],
    [-600, 'in 10 min'],
    [-86_400 * 7 + 30, 'in 7 d'],
    [86_400 * 31, '7 Feb'],
    [86_400 * 100, '30 Nov 2025'],
  ])('%i seconds back reads %s', (seconds, text) => {
    expect(ago(back(seconds), NOW)).toBe(text);
  });

  it('ticks when it would read differently, and never faster than once a second', () => {
    expect(nextTick(back(10.25), NOW)).toBe(1000);
    expect(nextTick(back(90), NOW)).toBe(30_000);
    expect(nextTick(back(3600 * 5 + 600), NOW)).toBe(3000_000);
  });
});

describe('durations', () => {
  it.each([
    [0, '0:00'],
    [6_000, '0:06'],
    [84_900, '1:24'],
    [3_723_000, '1:02:03'],
    [-50, '0:00'],
  ])('%i ms on the clock is %s', (milliseconds, text) => {
    expect(clock(milliseconds)).toBe(text);
  });

  it('shows tenths where asked', () => {
    expect(clock(72_799, { tenths: true })).toBe('1:12.7');
  });

  it.each([
    [412, '0.4 s'],
    [41_200, '41 s'],
    [200_000, '3 min 20 s'],
    [3_840_000, '1 h 4 min'],
  ])('%i ms took %s', (milliseconds, text) => {
    expect(took(milliseconds)).toBe(text);
  });
});
