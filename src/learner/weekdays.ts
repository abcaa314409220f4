const DAY_HOURS = 24
const WEEK_DAYS = 7
/** 1 January 1970 was a Thursday; 0 is Sunday. */
const FIRST_WEEKDAY = 4
/** Added to the square of the distance of two days if one is a weekend day and the other is not. */
const OTHER_KIND = 4
/** A day of the same weekday has this many times the weight of another day. */
const SAME_WEEKDAY = 2

/**
 * How much less a past hour says about another one because of its weekday: it must be of the same kind (weekend or not), and an hour of
 * the same weekday counts twice. Weekdays are in UTC.
 *
 * @param then, now hours since 1970
 * @returns factor of its weight
 */
export function weekdayLikeness(then: number, now: number): number {
  const [a, b] = [weekdayOf(then), weekdayOf(now)]
  if (a === b) return SAME_WEEKDAY
  return isWeekend(a) === isWeekend(b) ? 1 : Math.exp(-OTHER_KIND / 2)
}

function weekdayOf(hour: number): number {
  return (Math.floor(hour / DAY_HOURS) + FIRST_WEEKDAY) % WEEK_DAYS
}

function isWeekend(weekday: number): boolean {
  return weekday === 0 || weekday === WEEK_DAYS - 1
}
