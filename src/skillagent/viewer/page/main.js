// The entry of the page: reads the data of the file and builds the view.

import { joinHost } from "./host.js";
import { createView } from "./view.js";
import { mountWalks } from "./walks.js";

const data = JSON.parse(document.getElementById("data").textContent);
const api = createView(data, document.getElementById("view"));
if (data.walks) mountWalks(api, data.walks);
joinHost(api);
