/* Everything the pages' data- attributes ask for.  One module a behaviour; each works by delegation from the
   document, or is told of new content (also what htmx swaps in) through `enhance`.  The pages work without. */
import "./htmx-config.js";

import "./font-size.js";
import "./menus.js";
import "./nav.js";
import "./shortcuts.js";
import "./search.js";
import "./filters.js";
import "./keyword.js";
import "./lists.js";
import "./batch.js";
import "./columns.js";
import "./combobox.js";
import "./narrow.js";
import "./dates.js";
import "./idnumber.js";
import "./enter-next.js";
import "./show-when.js";
import "./formset.js";
import "./counter.js";
import "./autosave.js";
import "./guard.js";
import "./submit-once.js";
import "./live.js";
import "./longtext.js";
import "./reveal.js";
import "./actions.js";
import "./board.js";
import "./daygrid.js";
import "./toast.js";
import "./focus.js";
import "./handy.js";
import { start } from "./lib/dom.js";

start();
