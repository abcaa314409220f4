const DAY_HOURS = 24
const WEEK_DAYS = 7
/** 1 January 1970 was a Thursday; 0 is Sunday. */
const FIRST_WEEKDAY = 4
/** Whether two days are of the same kind adds so much to the square of their distance where they are not. */
const OTHER_KIND = 4
/** A day of the same weekday weighs so many times as much as another. */
const SAME_WEEKDAY = 2

/**
 * How much less a past hour tells about another because of its weekday: it must be like it in kind (weekend or not), and one of the same
 * weekday tells twice as much. Weekdays are those of UTC.
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
