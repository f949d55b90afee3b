"""Mandarin speech over dark slides with Chinese and formulas, and a board in ink."""

from studio.canvas import Sheet, canvas
from studio.ink import Pen
from studio.pages import Look, Table, Text, bullets, page
from studio.produce import Film, Part
from studio.writing import Draw, Write

CJK = "NotoSansCJK-Regular.ttc"
LOOK = Look(
    "#20262e", "#14181d", ink="#eef0f2", accent="#ff9f5a", face=CJK, bold="NotoSansCJK-Bold.ttc"
)
FILM = Film(
    "chinese",
    "勾股定理",
    "直角三角形三条边的关系。",
    "数学",
    "几何",
    (
        Part(
            page(
                (
                    Text("勾股定理", (0.34, 0.08), 0.12, bold=True),
                    *bullets(
                        (
                            ("短直角边叫做勾", None),
                            ("长直角边叫做股", "比较长"),
                            ("斜边叫做弦", "最长的"),
                        ),
                        (0.2, 0.36),
                        0.075,
                        0.17,
                        mark="○",
                    ),
                ),
                LOOK,
            ),
            """
            同学们好，今天我们来学习勾股定理。
            直角三角形有三条边，古人给它们起了名字。
            比较长的直角边叫做股，比较短的叫做勾。
            最长的一条边是斜边，古人叫它弦。
            """,
            lead=1.0,
        ),
        Part(
            canvas(
                Sheet(Pen(CJK, 46, 0.8), "#20346e", "#fdfcf7", "lines", "top"),
                (
                    Write("勾三股四弦五", (0.1, 0.1), "我们来看", "#b3262b", 1.2, 2.5),
                    Draw(((0.62, 0.8), (0.9, 0.8), (0.62, 0.35), (0.62, 0.8)), "画一个", "", 2.0),
                    Write("9 + 16 = 25", (0.1, 0.4), "九加十六", "", 1.0, 3),
                    Write("a² + b² = c²", (0.1, 0.62), "一般的", "", 1.1, 3),
                ),
            ),
            """
            我们来看一个最简单的例子，三、四、五。
            先画一个直角三角形。
            九加十六等于二十五，正好是五的平方。
            一般的公式是，两条直角边的平方和等于斜边的平方。
            """,
            tail=4.0,
            how="fade",
        ),
        Part(
            page(
                (
                    Table(
                        (("勾", "股", "弦"), ("3", "4", "5"), ("5", "12", "13"), ("8", "15", "17")),
                        (0.2, 0.16, 0.8, 0.86),
                        0.075,
                    ),
                ),
                LOOK,
            ),
            """
            这样的整数组有很多，表里有三组。
            请大家回家以后自己检查一下，并且再找一组新的数。
            """,
            how="push",
        ),
    ),
    language="zh",
    voice="cmn",
    speed=1.0,
    size=(854, 480),
    fps=20,
    crf=30,
    key_every=10.0,
    seed=299,
)
