"""Mandarin speech over slides in Chinese."""

from studio.pages import Bars, Fill, Look, Text, bullets, page
from studio.produce import Film, Part

CJK = "NotoSansCJK-Regular.ttc"
LOOK = Look("#eef4f1", ink="#1f2d2a", accent="#14645a", face=CJK, bold="NotoSansCJK-Bold.ttc")
FIRST = (
    Text("水的循环", (0.08, 0.06), 0.1, bold=True),
    *bullets(
        (("太阳加热海水", None), ("水蒸气上升变成云", "水蒸气"), ("雨水流回大海", "雨水")),
        (0.1, 0.3),
        0.065,
        0.17,
    ),
)
SECOND = (
    Fill((0, 0, 1, 0.18), "#14645a"),
    Text("三个阶段", (0.08, 0.02), 0.09, color="#ffffff"),
    *bullets((("蒸发", None), ("凝结", None), ("降水", None)), (0.12, 0.3), 0.08, 0.19, mark="-"),
)
THIRD = (
    Text("每年降水量 (毫米)", (0.08, 0.05), 0.075, bold=True),
    Bars((620.0, 1180.0, 1900.0), ("北京", "上海", "广州"), (0.1, 0.24, 0.9, 0.93), size=0.06),
)
FILM = Film(
    "chinese",
    "水的循环",
    "蒸发、凝结和降水，以及三个城市的降水量。",
    "地理",
    "自然地理",
    (
        Part(
            page(FIRST, LOOK, fade=0.3),
            """
            今天我们学习水的循环，这是地球上最重要的过程之一。
            太阳加热海水，一部分水变成看不见的气体。
            水蒸气上升到高空，遇冷以后变成云。
            雨水落到地面，沿着河流又流回大海。
            """,
        ),
        Part(
            page(SECOND, LOOK),
            """
            这个循环有三个阶段，请大家记住它们的名字。
            第一个阶段是蒸发，第二个阶段是凝结，第三个阶段是降水。
            没有这三个阶段，陆地上就不会有淡水。
            """,
            how="fade",
        ),
        Part(
            page(THIRD, LOOK),
            """
            不同的城市，降水量也很不一样。
            北京每年只有六百多毫米，上海大约一千两百毫米。
            广州靠近南海，每年将近一千九百毫米。
            这是因为夏天的季风把海上的水汽带到了南方。
            """,
        ),
    ),
    language="zh",
    voice="cmn",
    speed=0.9,
    size=(1280, 720),
    fps=12,
    crf=27,
    key_every=10.0,
    seed=101,
)
