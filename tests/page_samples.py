"""Block Kit for the tests of the page: tables, charts, a form, and hostile texts."""

import base64

from tests.localslack_room import JSON


def raw(text: str) -> JSON:
    return {"type": "raw_text", "text": text}


def num(value: float, text: str) -> JSON:
    return {"type": "raw_number", "value": value, "text": text}


def words(text: str) -> JSON:
    return {"type": "plain_text", "text": text}


def section(text: str) -> JSON:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def buttons(*action_ids: str) -> JSON:
    elements = [{"type": "button", "text": words(a), "action_id": a, "value": a} for a in action_ids]
    return {"type": "actions", "block_id": "row", "elements": elements}


ROWS = [("Alameda", 26.2, 1640), ("Sureste", 9.1, 812), ("La Estancia", 14.9, 55)]
TABLE = {
    "type": "table",
    "column_settings": [{"align": "left"}],
    "rows": [[raw("Campaña"), raw("Roll rate"), raw("Cuentas")]]
    + [[raw(name), num(rate, f"{rate} %"), raw(f"{count:,}")] for name, rate, count in ROWS],
}
CHART = {
    "type": "data_visualization",
    "title": "Roll rate por campaña",
    "chart": {
        "type": "bar",
        "series": [{"name": "Semana", "data": [{"label": n, "value": v} for n, v, _count in ROWS]}],
        "axis_config": {"categories": [name for name, _rate, _count in ROWS], "y_label": "%"},
    },
}
PAGED = {
    "type": "data_table",
    "caption": "Agentes",
    "page_size": 2,
    "rows": [[raw("Agente"), raw("Tasa")], *[[raw(name), num(rate, f"{rate} %")] for name, rate, _c in ROWS]],
}


HOSTILE = [
    "<script>window.hit = 1</script>",
    "<img src=x onerror='window.hit=1'>",
    "&lt;@U2&gt; &lt;!channel&gt; &lt;mailto:e@evil.example|aquí&gt; &lt;b&gt;gordo&lt;/b&gt;",
    "<javascript:window.hit=1|pulsa>",
    "&amp;lt;i&amp;gt;",
]


MODAL = {
    "type": "modal",
    "callback_id": "target",
    "title": words("Fijar una meta"),
    "submit": words("Guardar"),
    "blocks": [
        {
            "type": "input",
            "block_id": "metric",
            "label": words("Indicador"),
            "element": {
                "type": "static_select",
                "action_id": "pick",
                "options": [{"text": words("Roll rate"), "value": "roll_rate"}],
            },
        },
        {
            "type": "input",
            "block_id": "value",
            "label": words("Valor"),
            "element": {"type": "plain_text_input", "action_id": "typed"},
        },
        {
            "type": "input",
            "block_id": "day",
            "label": words("Desde"),
            "element": {"type": "datepicker", "action_id": "date", "initial_date": "2026-12-01"},
        },
    ],
}

# A picture of one point.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
