//! The sign-in page: a list of people to be, and a field for anyone else. Plain HTML, no script.

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text) => text.replace(/[&<>"']/g, (character) => ESCAPES[character]);

const STYLE = `
:root { color-scheme: light dark; --ink: #16202c; --dim: #5b6876; --page: #f4f5f7; --card: #fff; --line: #d9dee4; --mark: #1f5fbf; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ecf1; --dim: #9aa7b5; --page: #12161c; --card: #1b2129; --line: #333d49; --mark: #7fb0ff; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--page);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 26rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.75rem; }
h1 { margin: 0; font-size: 1.25rem; }
p { margin: .25rem 0 1.25rem; color: var(--dim); font-size: .9rem; }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }
button, input { font: inherit; color: inherit; border: 1px solid var(--line); border-radius: .5rem; background: transparent; padding: .6rem .8rem; }
button { cursor: pointer; }
li button { width: 100%; display: grid; grid-template-columns: 1fr auto; column-gap: 1rem; text-align: left; }
button:hover { border-color: var(--mark); }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
.email { grid-column: 1; color: var(--dim); font-size: .85rem; overflow-wrap: anywhere; }
.role { grid-area: 1 / 2 / span 2; align-self: center; color: var(--mark); font-size: .85rem; }
form.other { margin-top: 1.25rem; padding-top: 1.25rem; border-top: 1px solid var(--line); display: grid; grid-template-columns: 1fr auto; gap: .5rem; }
form.other label { grid-column: 1 / -1; font-size: .9rem; color: var(--dim); }
input { min-width: 0; }
`;

/** The page as HTML. `target` is where a sign-in returns to. */
export function loginPage({ people, target }) {
  const back = `<input type="hidden" name="redirect_url" value="${escape(target)}">`;
  const person = ({ name, email, role }) => `<li><button name="email" value="${escape(email)}">
    <span>${escape(name)}</span><span class="email">${escape(email)}</span><span class="role">${escape(role)}</span>
  </button></li>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Weft, local</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Sign in to the console</h1>
<p>This stands in for Cloudflare Access on this machine. Choose who to be; there is no password.</p>
<form method="post" action="/cdn-cgi/access/login">${back}<ul>${people.map(person).join("")}</ul></form>
<form class="other" method="post" action="/cdn-cgi/access/login">${back}
<label for="email">Or someone who has no role</label>
<input id="email" name="email" type="email" required autocomplete="off" placeholder="name@company.example">
<button>Sign in</button>
</form>
</main>
</body>
</html>
`;
}
