// The weekly hours of a slave as a small picture: a line a day, filled where it works.
import type { Hours } from "../../hours";

const days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
const dayMinutes = 24 * 60;

export function Week({ hours }: { hours: Hours }) {
  const open = hours.reduce((sum, { from, to }) => sum + to - from, 0) / 60;
  return (
    <div class="slave-week" role="img" aria-label={`Works ${Math.round(open * 10) / 10} of 168 hours a week`}>
      {days.map((name, at) => {
        // Weeks of hours begin on Sunday, those of people on Monday.
        const begin = ((at + 1) % 7) * dayMinutes;
        return [
          <span key={name}>{name}</span>,
          <svg key={`${name} hours`} viewBox={`0 0 ${dayMinutes} 12`} preserveAspectRatio="none" aria-hidden="true">
            {hours.map(({ from, to }) => {
              const left = Math.max(from - begin, 0);
              const right = Math.min(to - begin, dayMinutes);
              return right > left ? <rect key={from} x={left} y={0} width={right - left} height={12} /> : null;
            })}
          </svg>,
        ];
      })}
      <span />
      <span class="hourmarks">
        {[0, 6, 12, 18, 24].map((hour) => (
          <span key={hour}>{hour}</span>
        ))}
      </span>
    </div>
  );
}
