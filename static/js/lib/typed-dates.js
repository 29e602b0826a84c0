/* Dates as people type them.  common/typed_dates.py is the same on the server; tests/common/typed_dates.json holds both. */
const WORDS = { 前天: -2, 昨天: -1, 昨日: -1, 今天: 0, 今日: 0, 明天: 1, 明日: 1, 后天: 2, 大后天: 3 };
const WEEKDAYS = { 一: 0, 二: 1, 三: 2, 四: 3, 五: 4, 六: 5, 日: 6, 天: 6 };
const DIGITS = { 一: 1, 二: 2, 两: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9, 十: 10 };
const DAY = 86400000;

/** Today in Beijing, wherever the computer thinks it is. */
export const todayInBeijing = () => new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 10);

const at = (iso) => new Date(`${iso}T00:00:00Z`);
const iso = (moment) => moment.toISOString().slice(0, 10);
const shift = (today, days) => iso(new Date(at(today).getTime() + days * DAY));
const weekday = (today) => (at(today).getUTCDay() + 6) % 7;

function build(year, month, day) {
  const text = `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
  const moment = at(text);
  if (Number.isNaN(moment.getTime()) || iso(moment) !== text || year < 1900 || year > 2199) return null;
  return text;
}

/** The day meant as yyyy-mm-dd, or null. */
export function parseDate(typed, today) {
  const text = typed.normalize("NFKC").replace(/\s+/g, "");
  let m;
  if (Object.prototype.hasOwnProperty.call(WORDS, text)) return shift(today, WORDS[text]);
  if ((m = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text) || /^(\d{4})(\d{2})(\d{2})$/.exec(text))) return build(+m[1], +m[2], +m[3]);
  if ((m = /^(\d{2})(\d{2})(\d{2})$/.exec(text))) return build(2000 + +m[1], +m[2], +m[3]);
  if ((m = /^(\d{1,2})(?:[-/.](\d{1,2})|月(\d{1,2})[日号]?)$/.exec(text))) return build(+today.slice(0, 4), +m[1], +(m[2] || m[3]));
  if ((m = /^(\d{2})(\d{2})$/.exec(text))) return build(+today.slice(0, 4), +m[1], +m[2]);
  if ((m = /^(\d{1,2})[日号]?$/.exec(text))) return build(+today.slice(0, 4), +today.slice(5, 7), +m[1]);
  if ((m = /^(\d{1,3}|[一二两三四五六七八九十])(天|日|周|个?星期)(后|前)$/.exec(text))) {
    const days = (DIGITS[m[1]] || +m[1]) * (m[2] === "天" || m[2] === "日" ? 1 : 7);
    return shift(today, m[3] === "后" ? days : -days);
  }
  if ((m = /^(上|下|本|这)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天])$/.exec(text))) {
    const wanted = WEEKDAYS[m[2]];
    const now = weekday(today);
    if (!m[1]) return shift(today, (wanted - now + 7) % 7);
    return shift(today, wanted - now + 7 * { 上: -1, 下: 1, 本: 0, 这: 0 }[m[1]]);
  }
  return null;
}

/** Time of day as hh:mm, or null. */
export function parseTime(typed) {
  const m = /^(上午|早上|下午|晚上|中午)?(\d{1,2})(?:[:点时](?:(\d{1,2})分?|(半))?)$/.exec(typed.normalize("NFKC").replace(/\s+/g, ""));
  if (!m) return null;
  let hour = +m[2];
  const minute = m[4] ? 30 : +(m[3] || 0);
  if ((m[1] === "下午" || m[1] === "晚上") && hour < 12) hour += 12;
  if (m[1] === "中午" && hour < 11) hour += 12;
  return hour < 24 && minute < 60 ? `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}` : null;
}

/** Day and time as "yyyy-mm-dd hh:mm"; the time must be given. */
export function parseMoment(typed, today) {
  const text = typed.normalize("NFKC").trim();
  const m = /[ T]*((?:上午|早上|下午|晚上|中午)?\s*\d{1,2}\s*[:点时]\s*(?:\d{1,2}分?|半)?(?::\d{2})?)$/.exec(text);
  if (!m) return null;
  const time = parseTime(m[1].split(":").length === 3 ? m[1].replace(/:\d{2}$/, "") : m[1]);
  const head = text.slice(0, m.index).trim().replace(/T$/, "");
  const day = head ? parseDate(head, today) : today;
  return day && time ? `${day} ${time}` : null;
}

export const weekdayWord = (day) => `周${"一二三四五六日"[weekday(day)]}`;
