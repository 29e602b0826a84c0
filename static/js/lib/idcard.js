/* 居民身份证 in the browser: a help while typing.  common/idnumbers.py is the judge. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";

export const clean = (text) =>
  text
    .normalize("NFKC")
    .replace(/[\s\-‐‑‒–—―−]/g, "")
    .replace(/[x×]/g, "X")
    .toUpperCase();

export const checkCharacter = (digits) =>
  CHECKS[WEIGHTS.reduce((sum, weight, place) => sum + weight * Number(digits[place]), 0) % 11];

/** {full, ok, sentence, sex, sexWord, birth, age}; the region code is never held against anybody. */
export function read(text, today) {
  const number = clean(text);
  if (!number) return { full: false, ok: true, sentence: "" };
  if (/^\d{15}$/.test(number)) return { full: true, ok: false, sentence: "这是旧的 15 位号码，请核对是否已换证。" };
  if (!/^\d{17}[\dX]$/.test(number)) {
    const far = number.length < 18 ? `还差 ${18 - number.length} 位` : number.length > 18 ? `多了 ${number.length - 18} 位` : "有不该出现的字";
    return { full: number.length >= 18, ok: false, sentence: `身份证号应为 18 位，${far}。` };
  }
  const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)];
  const birth = `${year}-${month}-${day}`;
  const moment = new Date(`${birth}T00:00:00Z`);
  if (Number.isNaN(moment.getTime()) || moment.toISOString().slice(0, 10) !== birth || birth > today || year < "1900")
    return { full: true, ok: false, sentence: "第 7 到 14 位不是一个出生日期，请核对。" };
  const age = Number(today.slice(0, 4)) - Number(year) - (today.slice(5) < birth.slice(5) ? 1 : 0);
  const male = Number(number[16]) % 2 === 1;
  const facts = { full: true, birth, age, sex: male ? "male" : "female", sexWord: male ? "男" : "女" };
  if (checkCharacter(number) !== number[17])
    return { ...facts, ok: false, sentence: "末位校验不符，可能有一位写错了，请核对；核对无误可以继续。" };
  return { ...facts, ok: true, sentence: "校验通过" };
}
