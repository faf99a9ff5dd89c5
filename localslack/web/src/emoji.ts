// The emoji names people and the app use most, as characters. An unknown name stays as it was typed.
export const NAMES: Record<string, string> = {
  smile: "😄", smiley: "😃", grinning: "😀", slightly_smiling_face: "🙂", wink: "😉", joy: "😂", sweat_smile: "😅", blush: "😊", heart_eyes: "😍",
  thinking_face: "🤔", neutral_face: "😐", confused: "😕", worried: "😟", cry: "😢", sob: "😭", rage: "😡", scream: "😱", sunglasses: "😎",
  wave: "👋", "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", clap: "👏", raised_hands: "🙌", pray: "🙏", muscle: "💪", ok_hand: "👌",
  eyes: "👀", point_right: "👉", point_left: "👈", point_up: "☝️", point_down: "👇", handshake: "🤝", writing_hand: "✍️", bust_in_silhouette: "👤",
  busts_in_silhouette: "👥", heart: "❤️", fire: "🔥", star: "⭐", sparkles: "✨", tada: "🎉", trophy: "🏆", medal: "🏅", dart: "🎯", rocket: "🚀", bulb: "💡",
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", negative_squared_cross_mark: "❎", warning: "⚠️", no_entry: "⛔",
  no_entry_sign: "🚫", bangbang: "‼️", exclamation: "❗", question: "❓", grey_question: "❔", information_source: "ℹ️", rotating_light: "🚨", bell: "🔔",
  no_bell: "🔕", mega: "📣", loudspeaker: "📢", speech_balloon: "💬", thought_balloon: "💭", lock: "🔒", unlock: "🔓", key: "🔑", shield: "🛡️",
  bar_chart: "📊", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", clipboard: "📋", memo: "📝", page_facing_up: "📄", file_folder: "📁",
  open_file_folder: "📂", card_index: "📇", calendar: "📆", date: "📅", spiral_calendar_pad: "🗓️", clock1: "🕐", clock3: "🕒", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", stopwatch: "⏱️", alarm_clock: "⏰", mag: "🔍", mag_right: "🔎", link: "🔗", paperclip: "📎", pushpin: "📌", round_pushpin: "📍",
  bookmark: "🔖", moneybag: "💰", money_with_wings: "💸", dollar: "💵", credit_card: "💳", bank: "🏦", receipt: "🧾", telephone_receiver: "📞", phone: "☎️",
  telephone: "☎️", iphone: "📱", envelope: "✉️", email: "📧", inbox_tray: "📥", outbox_tray: "📤", gear: "⚙️", wrench: "🔧", hammer: "🔨", robot_face: "🤖",
  recycle: "♻️", arrows_counterclockwise: "🔄", leftwards_arrow_with_hook: "↩️", arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️",
  arrow_upper_right: "↗️", arrow_lower_right: "↘️", arrow_up_small: "🔼", arrow_down_small: "🔽", small_red_triangle: "🔺", small_red_triangle_down: "🔻",
  red_circle: "🔴", large_red_circle: "🔴", large_orange_circle: "🟠", large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵",
  white_circle: "⚪", black_circle: "⚫", large_purple_circle: "🟣", black_small_square: "▪️", white_small_square: "▫️", one: "1️⃣", two: "2️⃣", three: "3️⃣",
  four: "4️⃣", five: "5️⃣", first_place_medal: "🥇", second_place_medal: "🥈", third_place_medal: "🥉", crown: "👑", mortar_board: "🎓", books: "📚", sunny: "☀️",
  moon: "🌙", coffee: "☕", house: "🏠", office: "🏢", hash: "#️⃣", heavy_plus_sign: "➕", heavy_minus_sign: "➖", heavy_exclamation_mark: "❗", zap: "⚡",
  scales: "⚖️", classical_building: "🏛️", pencil: "📝", pencil2: "✏️", wastebasket: "🗑️", hundred_points: "💯", "100": "💯", hand: "✋", raising_hand: "🙋",
};

export const emoji = (name: string): string => NAMES[name.split("::")[0] as string] ?? `:${name}:`;

/** What a person can answer with at one click. */
export const QUICK = ["white_check_mark", "+1", "eyes"] as const;
