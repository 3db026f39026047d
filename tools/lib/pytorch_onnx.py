"""pytorch_onnx.py SOFTPOOL.DLL FOLDER [NETWORK...]: networks of torchvision and of families that it does not have, as
PyTorch exports them to ONNX, each in one of several ways; 'softpool import' holds each to ONNX Runtime. Prints a table
in Markdown. The files stay in FOLDER; those that are there are not made again."""
import os, re, subprocess, sys, time, warnings
import torch, torchvision
from torch import nn
from torch.nn import functional as F

warnings.filterwarnings("ignore")
program, folder, chosen = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3:]
os.makedirs(folder, exist_ok=True)
M = torchvision.models


def conv(inputs, outputs, kernel=3, stride=1, groups=1, act=nn.SiLU):
    parts = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
             nn.BatchNorm2d(outputs)]
    return nn.Sequential(*parts, *([act()] if act else []))


class Bottleneck(nn.Module):
    def __init__(self, width, adds=True):
        super().__init__()
        self.first, self.second, self.adds = conv(width, width, 1), conv(width, width), adds

    def forward(self, x):
        y = self.second(self.first(x))
        return x + y if self.adds else y


class C3(nn.Module):
    """YOLOv5's block, and YOLOv8's with splits."""

    def __init__(self, inputs, outputs, splits=False, adds=True):
        super().__init__()
        half, self.splits = outputs // 2, splits
        self.first = conv(inputs, outputs if splits else half, 1)
        self.second = None if splits else conv(inputs, half, 1)
        self.block = Bottleneck(half, adds)
        self.last = conv(3 * half if splits else 2 * half, outputs, 1)

    def forward(self, x):
        if self.splits:
            parts = list(self.first(x).chunk(2, 1))
            parts.append(self.block(parts[-1]))
            return self.last(torch.cat(parts, 1))
        return self.last(torch.cat((self.block(self.first(x)), self.second(x)), 1))


class Yolo(nn.Module):
    """A detector of YOLO's kind: backbone, spatial pyramid, pyramid of features upwards and downwards, heads of three
    strides, decoded as YOLOv5 does (anchors) or as YOLOv8 does (a distribution of distances)."""

    def __init__(self, width=16, classes=80, modern=False):
        super().__init__()
        w, self.modern, self.classes = width, modern, classes
        self.stem = nn.Sequential(conv(3, w, 3 if modern else 6, 2) if modern else
                                  nn.Sequential(nn.Conv2d(3, w, 6, 2, 2, bias=False), nn.BatchNorm2d(w), nn.SiLU()),
                                  conv(w, 2 * w, 3, 2), C3(2 * w, 2 * w, modern))
        self.third = nn.Sequential(conv(2 * w, 4 * w, 3, 2), C3(4 * w, 4 * w, modern))
        self.fourth = nn.Sequential(conv(4 * w, 8 * w, 3, 2), C3(8 * w, 8 * w, modern))
        self.fifth = nn.Sequential(conv(8 * w, 16 * w, 3, 2), C3(16 * w, 16 * w, modern))
        self.squeeze, self.pyramid = conv(16 * w, 8 * w, 1), conv(32 * w, 16 * w, 1)
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.up = nn.Upsample(None, 2, "nearest")
        self.lower = conv(16 * w, 8 * w, 1)
        self.up_fourth, self.up_third = C3(16 * w, 8 * w, modern, False), C3(12 * w, 4 * w, modern, False)
        self.down_third, self.down_fourth = conv(4 * w, 4 * w, 3, 2), conv(8 * w, 8 * w, 3, 2)
        self.out_fourth, self.out_fifth = C3(12 * w, 8 * w, modern, False), C3(16 * w, 16 * w, modern, False)
        widths = (4 * w, 8 * w, 16 * w)
        outputs = 64 + classes if modern else 3 * (5 + classes)
        self.heads = nn.ModuleList(nn.Conv2d(each, outputs, 1) for each in widths)
        self.register_buffer("anchors", torch.rand(3, 1, 3, 1, 1, 2) * 50 + 10)
        self.distances = nn.Conv2d(16, 1, 1, bias=False)
        self.distances.weight.data[:] = torch.arange(16.0).view(1, 16, 1, 1)

    def forward(self, x):
        third = self.third(self.stem(x))
        fourth = self.fourth(third)
        x = self.squeeze(self.fifth(fourth))
        pools = [x]
        for _ in range(3):
            pools.append(self.pool(pools[-1]))
        fifth = self.lower(self.pyramid(torch.cat(pools, 1)))
        up_fourth = self.up_fourth(torch.cat((self.up(fifth), fourth), 1))
        out_third = self.up_third(torch.cat((self.up(up_fourth), third), 1))
        out_fourth = self.out_fourth(torch.cat((self.down_third(out_third), up_fourth), 1))
        out_fifth = self.out_fifth(torch.cat((self.down_fourth(out_fourth), fifth), 1))
        maps = [head(each) for head, each in zip(self.heads, (out_third, out_fourth, out_fifth))]
        return self.by_distances(maps) if self.modern else self.by_anchors(maps)

    def by_anchors(self, maps):
        found = []
        for i, y in enumerate(maps):
            n, _, height, width = y.shape
            y = y.view(n, 3, self.classes + 5, height, width).permute(0, 1, 3, 4, 2).contiguous()
            rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
            grid = torch.stack((columns, rows), 2).expand(1, 3, height, width, 2) - 0.5
            y = y.sigmoid()
            xy, wh, rest = y.split((2, 2, self.classes + 1), 4)
            xy = (xy * 2 + grid) * 8 * 2 ** i
            wh = (wh * 2) ** 2 * self.anchors[i]
            found.append(torch.cat((xy, wh, rest), 4).view(n, -1, self.classes + 5))
        return torch.cat(found, 1)

    def by_distances(self, maps):
        n = maps[0].shape[0]
        grids = [torch.meshgrid(torch.arange(each.shape[2]) + 0.5, torch.arange(each.shape[3]) + 0.5, indexing="ij")
                 for each in maps]
        points = torch.cat([torch.stack((columns, rows), 0).reshape(2, -1) for rows, columns in grids], 1)
        strides = torch.cat([torch.ones(each.shape[2], each.shape[3]).reshape(-1) * 8.0 * 2 ** i
                             for i, each in enumerate(maps)])
        boxes, classes = torch.cat([each.view(n, 64 + self.classes, -1) for each in maps], 2).split(
            (64, self.classes), 1)
        anchors = boxes.shape[2]
        boxes = self.distances(boxes.view(n, 4, 16, anchors).transpose(2, 1).softmax(1)).view(n, 4, anchors)
        low, high = boxes.chunk(2, 1)
        begin, end = points.unsqueeze(0) - low, points.unsqueeze(0) + high
        boxes = torch.cat(((begin + end) / 2, end - begin), 1) * strides
        return torch.cat((boxes, classes.sigmoid()), 1)


class UNet(nn.Module):
    def __init__(self, learned):
        super().__init__()
        self.first, self.second = conv(3, 8, act=nn.ReLU), conv(8, 16, act=nn.ReLU)
        self.third = conv(16, 32, act=nn.ELU)
        self.up = nn.ConvTranspose2d(32, 16, 2, 2) if learned else nn.Sequential(
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), nn.Conv2d(32, 16, 1))
        self.back, self.last = conv(32, 8, act=nn.LeakyReLU), nn.Conv2d(16, 2, 1)

    def forward(self, x):
        first = self.first(x)
        second = self.second(F.max_pool2d(first, 2))
        up = self.up(self.third(F.max_pool2d(second, 2)))
        back = self.back(torch.cat((second, up), 1))
        back = F.interpolate(back, size=first.shape[2:], mode="bilinear", align_corners=False)
        return torch.sigmoid(self.last(torch.cat((first, back), 1)))


class Ghost(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.outputs = outputs
        self.primary, self.cheap = conv(inputs, (outputs + 1) // 2, 1, act=nn.ReLU), conv(
            (outputs + 1) // 2, (outputs + 1) // 2, 3, groups=(outputs + 1) // 2, act=nn.ReLU)

    def forward(self, x):
        x = self.primary(x)
        return torch.cat((x, self.cheap(x)), 1)[:, :self.outputs]


class GhostNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.first, self.second = conv(3, 15, stride=2, act=nn.Hardswish), Ghost(15, 23), Ghost(23, 15)
        self.gate = nn.Sequential(nn.Conv2d(23, 8, 1), nn.ReLU(), nn.Conv2d(8, 23, 1))
        self.head = nn.Linear(15, 10)

    def forward(self, x):
        x = self.stem(x)
        y = self.first(x)
        y = y * F.hardsigmoid(self.gate(F.adaptive_avg_pool2d(y, 1)))
        x = x + self.second(y)
        return self.head(F.adaptive_avg_pool2d(x, 1).flatten(1))


class Esrgan(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 16, 3, 1, 1), nn.Conv2d(16, 3 * 16, 3, 1, 1)
        self.dense = nn.ModuleList(nn.Conv2d(16 + 8 * i, 8 if i < 3 else 16, 3, 1, 1) for i in range(4))

    def forward(self, x):
        start = x = self.first(x)
        seen = [x]
        for i, each in enumerate(self.dense):
            y = each(torch.cat(seen, 1))
            seen.append(F.leaky_relu(y, 0.2) if i < 3 else y)
        return F.pixel_shuffle(self.last(start + seen[-1] * 0.2), 4)


class RepVgg(nn.Module):
    def __init__(self):
        super().__init__()
        self.three, self.one, self.norm = conv(16, 16, act=None), conv(16, 16, 1, act=None), nn.BatchNorm2d(16)
        self.stem, self.head = conv(3, 16, stride=2, act=nn.ReLU), nn.Linear(16, 5)

    def forward(self, x):
        x = self.stem(x)
        x = F.relu(self.three(x) + self.one(x) + self.norm(x))
        return F.log_softmax(self.head(x.mean((2, 3))), 1)


class Mixer(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 32, 8, 8)
        self.norms = nn.ModuleList(nn.LayerNorm(32) for _ in range(3))
        self.tokens = nn.Sequential(nn.Linear(16, 24), nn.GELU(), nn.Linear(24, 16))
        self.channels = nn.Sequential(nn.Linear(32, 48), nn.GELU(), nn.Linear(48, 32))
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = x + self.tokens(self.norms[0](x).transpose(1, 2)).transpose(1, 2)
        x = x + self.channels(self.norms[1](x))
        return self.head(self.norms[2](x).mean(1))


class Clip(nn.Module):
    """CLIP's image tower."""

    def __init__(self):
        super().__init__()
        self.patch, self.position = nn.Conv2d(3, 32, 8, 8, bias=False), nn.Parameter(torch.randn(17, 32) * 0.1)
        self.token = nn.Parameter(torch.randn(32))
        self.norms = nn.ModuleList(nn.LayerNorm(32) for _ in range(4))
        self.attention = nn.MultiheadAttention(32, 4)
        self.first, self.second = nn.Linear(32, 64), nn.Linear(64, 32)
        self.projection = nn.Parameter(torch.randn(32, 16) * 0.2)

    def forward(self, x):
        x = self.patch(x)
        x = x.reshape(x.shape[0], x.shape[1], -1).permute(0, 2, 1)
        x = torch.cat((self.token + torch.zeros(x.shape[0], 1, x.shape[-1]), x), 1) + self.position
        x = self.norms[0](x).permute(1, 0, 2)
        y = self.norms[1](x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        y = self.first(self.norms[2](x))
        x = x + self.second(y * torch.sigmoid(1.702 * y))
        x = self.norms[3](x.permute(1, 0, 2)[:, 0]) @ self.projection
        return x / x.norm(dim=-1, keepdim=True)


class Detr(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(conv(3, 16, stride=4, act=nn.ReLU), conv(16, 32, stride=4, act=nn.ReLU))
        self.transformer = nn.Transformer(32, 4, 1, 1, 64, 0.0)
        self.rows, self.columns = nn.Parameter(torch.rand(50, 16)), nn.Parameter(torch.rand(50, 16))
        self.queries = nn.Parameter(torch.rand(7, 32))
        self.classes, self.boxes = nn.Linear(32, 5), nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 4))

    def forward(self, x):
        h = self.stem(x)
        height, width = h.shape[-2:]
        position = torch.cat((self.columns[:width].unsqueeze(0).repeat(height, 1, 1),
                              self.rows[:height].unsqueeze(1).repeat(1, width, 1)), -1).flatten(0, 1).unsqueeze(1)
        h = self.transformer(position + 0.1 * h.flatten(2).permute(2, 0, 1), self.queries.unsqueeze(1)).transpose(0, 1)
        return self.classes(h), self.boxes(h).sigmoid()


class Cumulated(nn.Module):
    """DETR's sine positions of a mask, and a window's bias by a small network, as Swin V2 has it."""

    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 16, 4, 4), nn.Conv2d(16, 4, 1)

    def forward(self, x):
        x = self.first(x)
        mask = torch.ones(x.shape[0], x.shape[2], x.shape[3])
        rows, columns = mask.cumsum(1), mask.cumsum(2)
        wave = 10000 ** (2 * (torch.arange(8) // 2) / 8)
        rows, columns = rows[:, :, :, None] / wave, columns[:, :, :, None] / wave
        rows = torch.stack((rows[..., 0::2].sin(), rows[..., 1::2].cos()), 4).flatten(3)
        columns = torch.stack((columns[..., 0::2].sin(), columns[..., 1::2].cos()), 4).flatten(3)
        return self.last(x + torch.cat((rows, columns), 3).permute(0, 3, 1, 2))


class MobileVit(nn.Module):
    def __init__(self):
        super().__init__()
        self.local, self.inner, self.outer = conv(3, 16, stride=2), nn.Conv2d(16, 24, 1, bias=False), conv(24, 16, 1)
        self.block = nn.TransformerEncoderLayer(24, 4, 48, 0.0, nn.SiLU(), batch_first=True, norm_first=True)
        self.fuse = conv(32, 16)

    def forward(self, x):
        start = self.local(x)
        y = self.inner(start)
        n, c, height, width = y.shape
        y = y.reshape(n * c * (height // 2), 2, width // 2, 2).transpose(1, 2)
        y = y.reshape(n, c, height * width // 4, 4).transpose(1, 3).reshape(n * 4, -1, c)
        y = self.block(y)
        y = y.contiguous().view(n, 4, height * width // 4, c).transpose(1, 3)
        y = y.reshape(n * c * (height // 2), width // 2, 2, 2).transpose(1, 2).reshape(n, c, height, width)
        return self.fuse(torch.cat((start, self.outer(y)), 1))


class HrNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.high, self.low = conv(3, 8, stride=2, act=nn.ReLU), conv(8, 16, stride=2, act=nn.ReLU)
        self.up, self.down = conv(16, 8, 1, act=None), conv(8, 16, stride=2, act=None)
        self.head = nn.Conv2d(24, 4, 1)

    def forward(self, x):
        high = self.high(x)
        low = self.low(high)
        mixed = F.relu(high + F.interpolate(self.up(low), scale_factor=2, mode="nearest"))
        low = F.relu(low + self.down(high))
        low = F.interpolate(low, size=(mixed.shape[2], mixed.shape[3]), mode="bilinear", align_corners=False)
        return self.head(torch.cat((mixed, low), 1))


class Style(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.ReflectionPad2d(4), nn.Conv2d(3, 8, 9))
        self.norm = nn.InstanceNorm2d(8, affine=True)
        self.down, self.group = nn.Conv2d(8, 16, 3, 2, 1), nn.GroupNorm(4, 16)
        self.up = nn.ConvTranspose2d(16, 8, 3, 2, 1, 1)
        self.slope, self.last = nn.PReLU(8), nn.Sequential(nn.ReplicationPad2d(1), nn.Conv2d(8, 3, 3))

    def forward(self, x):
        x = F.relu(self.norm(self.first(x)))
        x = self.slope(self.up(F.mish(self.group(self.down(x)))))
        return torch.tanh(self.last(x)) * 150 + 127.5


class Outputs(nn.Module):
    """torchvision's segmentation networks give a dictionary; detectors are cut behind their heads."""

    def __init__(self, module, cut=False):
        super().__init__()
        self.module, self.cut = module, cut

    def forward(self, x):
        if self.cut:
            heads = self.module.head(list(self.module.backbone(x).values()))
            return heads["bbox_regression"], heads["cls_logits"].softmax(-1)
        return tuple(self.module(x).values())


def vision(name, **how):
    return lambda: getattr(M, name)(weights=None, **how)


def segmentation(name):
    return lambda: Outputs(getattr(M.segmentation, name)(weights=None, weights_backbone=None, num_classes=5))


def detector(name):
    return lambda: Outputs(getattr(M.detection, name)(weights=None, weights_backbone=None), cut=True)


# By its name: what makes the module, the input, the operator set, which extents stay open, other arguments.
OPEN = {"batch": {0: "batch"}, "all": {0: "batch", 2: "height", 3: "width"}, "": None}
NETWORKS = {
    "alexnet": (vision("alexnet"), (3, 224, 224), 13, "batch"),
    "vgg11": (vision("vgg11"), (3, 224, 224), 9, ""),
    "squeezenet1_0": (vision("squeezenet1_0"), (3, 64, 64), 8, "batch"),
    "squeezenet1_1": (vision("squeezenet1_1"), (3, 64, 64), 14, "all"),
    "resnet18": (vision("resnet18"), (3, 64, 64), 13, "all"),
    "wide_resnet50_2": (vision("wide_resnet50_2"), (3, 64, 64), 13, ""),
    "resnext50_32x4d": (vision("resnext50_32x4d"), (3, 64, 64), 13, "batch"),
    "densenet121": (vision("densenet121"), (3, 64, 64), 13, "all"),
    "googlenet": (vision("googlenet", aux_logits=False, init_weights=False), (3, 64, 64), 10, "batch"),
    "inception_v3": (vision("inception_v3", aux_logits=False, init_weights=False), (3, 128, 128), 13, "batch"),
    "mobilenet_v2": (vision("mobilenet_v2"), (3, 224, 224), 13, "batch"),
    "mobilenet_v3_large": (vision("mobilenet_v3_large"), (3, 96, 96), 14, "all"),
    "mobilenet_v3_small": (vision("mobilenet_v3_small"), (3, 96, 96), 16, "batch"),
    "mnasnet0_5": (vision("mnasnet0_5"), (3, 64, 64), 9, "batch"),
    "shufflenet_v2_x0_5": (vision("shufflenet_v2_x0_5"), (3, 64, 64), 13, "batch"),
    "shufflenet_v2_x1_5": (vision("shufflenet_v2_x1_5"), (3, 64, 64), 13, "all"),
    "efficientnet_b0": (vision("efficientnet_b0"), (3, 64, 64), 16, "batch"),
    "efficientnet_v2_s": (vision("efficientnet_v2_s"), (3, 64, 64), 13, "all"),
    "regnet_x_400mf": (vision("regnet_x_400mf"), (3, 64, 64), 11, ""),
    "regnet_y_400mf": (vision("regnet_y_400mf"), (3, 64, 64), 12, "batch"),
    "convnext_tiny": (vision("convnext_tiny"), (3, 64, 64), 13, "batch"),
    "vit_b_16": (vision("vit_b_16"), (3, 224, 224), 13, "batch"),
    "swin_t": (vision("swin_t"), (3, 224, 224), 13, ""),
    "swin_v2_t": (vision("swin_v2_t"), (3, 256, 256), 16, ""),
    "maxvit_t": (vision("maxvit_t"), (3, 224, 224), 13, ""),
    "fcn_resnet50": (segmentation("fcn_resnet50"), (3, 64, 64), 13, "all"),
    "deeplabv3_mobilenet_v3_large": (segmentation("deeplabv3_mobilenet_v3_large"), (3, 64, 64), 13, ""),
    "lraspp_mobilenet_v3_large": (segmentation("lraspp_mobilenet_v3_large"), (3, 64, 64), 11, "all"),
    "r3d_18": (lambda: M.video.r3d_18(weights=None), (3, 8, 56, 56), 13, ""),
    "r2plus1d_18": (lambda: M.video.r2plus1d_18(weights=None), (3, 8, 56, 56), 13, ""),
    "ssdlite320_mobilenet_v3_large": (detector("ssdlite320_mobilenet_v3_large"), (3, 320, 320), 13, "batch"),
    "retinanet_resnet50_fpn": (detector("retinanet_resnet50_fpn"), (3, 128, 128), 13, ""),
    "yolov5": (Yolo, (3, 128, 160), 12, "all"),
    "yolov5_fixed": (Yolo, (3, 640, 640), 17, ""),
    "yolov8": (lambda: Yolo(modern=True), (3, 128, 160), 17, ""),
    "yolov8_open": (lambda: Yolo(modern=True), (3, 128, 160), 13, "all"),
    "yolov8_fixed": (lambda: Yolo(modern=True), (3, 640, 640), 17, ""),
    "unet_transposed": (lambda: UNet(True), (3, 32, 48), 13, "all"),
    "unet_bilinear": (lambda: UNet(False), (3, 32, 48), 11, "batch"),
    "ghostnet": (GhostNet, (3, 32, 32), 14, "all"),
    "esrgan": (Esrgan, (3, 16, 24), 13, "all"),
    "repvgg": (RepVgg, (3, 32, 32), 12, "batch"),
    "mlp_mixer": (Mixer, (3, 32, 32), 13, "batch"),
    "clip": (Clip, (3, 32, 32), 14, "batch"),
    "detr": (Detr, (3, 64, 96), 13, ""),
    "detr_open": (Detr, (3, 64, 96), 14, "batch"),
    "sine_positions": (Cumulated, (3, 32, 40), 13, "all"),
    "mobilevit": (MobileVit, (3, 32, 32), 13, ""),
    "hrnet": (HrNet, (3, 32, 48), 13, "all"),
    "style": (Style, (3, 32, 32), 13, ""),
}
# Several of them once more, as other versions and settings of the exporter write them.
UNFOLDED = dict(do_constant_folding=False)
AS_INPUTS = dict(keep_initializers_as_inputs=True)
for name, how in {"yolov5": UNFOLDED, "yolov8": UNFOLDED, "swin_t": UNFOLDED, "clip": UNFOLDED, "mobilevit": UNFOLDED,
                  "mobilenet_v3_small": AS_INPUTS, "unet_bilinear": AS_INPUTS, "convnext_tiny": UNFOLDED}.items():
    NETWORKS[f"{name}, {next(iter(how))}"] = (*NETWORKS[name], how)


def export(name, path):
    make, shape, opset, opens, *how = NETWORKS[name]
    torch.manual_seed(1)
    module = make().eval()
    for part in module.modules():
        if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)):
            part.running_mean.uniform_(-0.2, 0.2)
            part.running_var.uniform_(0.5, 1.5)
    torch.onnx.export(
        module, torch.randn(1, *shape), path, opset_version=opset, input_names=["x"],
        dynamic_axes={"x": OPEN[opens]} if opens else None, **(how[0] if how else {}))


print("| network | operator set | open | layers | against ONNX Runtime | s |\n|---|---|---|---|---|---|")
failures = 0
for name, (_, shape, opset, opens, *_) in NETWORKS.items():
    if chosen and name not in chosen:
        continue
    path = os.path.join(folder, re.sub(r"\W+", "_", name) + ".onnx")
    try:
        if not os.path.exists(path):
            export(name, path)
    except Exception as e:
        why = str(e).splitlines()[0][:80]
        print(f"| {name} | {opset} | {opens} | | PyTorch does not export it: {why} | |", flush=True)
        continue
    begin = time.time()
    done = subprocess.run(
        ["dotnet", program, "import", path, "--no-certificate", "-o", path + ".safetensors", "--shape",
         "x=" + "x".join(map(str, (1, *shape)))],
        capture_output=True, text=True, env=os.environ | {"COLUMNS": "1000"})
    said = " ".join((done.stdout + done.stderr).split())
    found = re.search(r"(\d+) layers, NMSE at most (\S+) \(.*?\), (\S+) is granted; "
                      r"output error (\S+) of its largest value, (\S+) is allowed", said)
    failures += done.returncode != 0 or not found
    if done.returncode == 0 and found:
        os.remove(path + ".safetensors")
        found = f"{found[1]} | NMSE of a layer up to {found[2]}, output within {found[4]}"
    else:
        found = f"| {said[:300]}"
    print(f"| {name} | {opset} | {opens} | {found} | {time.time() - begin:.0f} |", flush=True)
print(f"\n{failures} failed")
sys.exit(failures > 0)
