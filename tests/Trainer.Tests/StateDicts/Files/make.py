"""Makes the files in this folder, byte by byte as torch.save writes them, with Python alone: torch.save gives Python's
own pickler classes and functions of torch, which stand here under the same names, and lays the result and the storages
in an archive (caffe2/serialize/inline_container.cc) or, before 1.6, one behind the other (torch/serialization.py)."""
import io, pickle, struct, sys, types, zlib
from argparse import Namespace
from collections import OrderedDict, defaultdict

torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
sys.modules.update({"torch": torch, "torch._utils": utils})


def named(function, module, name):
    function.__module__, function.__name__, function.__qualname__ = module, name, name
    setattr(sys.modules[module], name, function)
    return function


rebuild = named(lambda *_: None, "torch._utils", "_rebuild_tensor_v2")
rebuild_parameter = named(lambda *_: None, "torch._utils", "_rebuild_parameter")
FORMATS = dict(Float="f", Double="d", Half="e", BFloat16="H", Long="q", Int="i", Bool="?")
TYPES = {kind: named(type(kind, (), {}), "torch", f"{kind}Storage") for kind in FORMATS}
size = named(type("Size", (tuple,), {"__reduce__": lambda self: (size, (tuple(self),))}), "torch", "Size")


class Storage:
    def __init__(self, kind, values, location="cpu"):
        self.kind, self.count, self.location = kind, len(values), location
        self.data = struct.pack(f"<{len(values)}{FORMATS[kind]}", *values)


class Tensor:
    def __init__(self, storage, shape, strides=None, offset=0):
        self.storage, self.shape, self.offset = storage, shape, offset
        if strides is None:
            strides = []
            for extent in reversed(shape):
                strides.insert(0, (strides[0] * before if strides else 1))
                before = extent
        self.strides = tuple(strides)

    def __reduce_ex__(self, protocol):
        return rebuild, (self.storage, self.offset, self.shape, self.strides, False, OrderedDict())


class Parameter:
    def __init__(self, tensor):
        self.tensor = tensor

    def __reduce_ex__(self, protocol):
        return rebuild_parameter, (self.tensor, True, OrderedDict())


def pickled(value, storages, legacy):
    buffer = io.BytesIO()

    class Pickler(pickle.Pickler):
        def persistent_id(self, item):
            if not isinstance(item, Storage):
                return None
            if item not in storages:
                storages.append(item)
            key = str(0x55D0 + storages.index(item) if legacy else storages.index(item))
            return ("storage", TYPES[item.kind], key, item.location, item.count) + ((None,) if legacy else ())

    Pickler(buffer, protocol=2).dump(value)
    return buffer.getvalue()


def save(name, value):
    storages = []
    entries = [("data.pkl", pickled(value, storages, False)), ("byteorder", b"little")]
    entries += [(f"data/{index}", storage.data) for index, storage in enumerate(storages)]
    entries += [("version", b"3\n"), (".data/serialization_id", b"0123456789" * 4)]
    file, directory = b"", b""
    for entry, data in entries:
        entry = f"{name.split('.')[0]}/{entry}".encode()
        padding = -(len(file) + 30 + len(entry) + 4) % 64
        crc, at = zlib.crc32(data), len(file)
        flags = 0x808 if data else 0x800
        file += struct.pack("<IHHHHHIIIHH", 0x04034B50, 0, flags, 0, 0, 0, 0, 0, 0, len(entry), 4 + padding)
        file += entry + struct.pack("<2sH", b"FB", padding) + b"Z" * padding + data
        file += struct.pack("<IIII", 0x08074B50, crc, len(data), len(data)) if data else b""
        directory += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 0, 0, flags, 0, 0, 0, crc, len(data), len(data),
                                 len(entry), 0, 0, 0, 0, 0, at) + entry
    begin, count = len(file), len(entries)
    end = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 0x31E, 45, 0, 0, count, count, len(directory), begin)
    end += struct.pack("<IIQI", 0x07064B50, 0, begin + len(directory), 1)
    end += struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), begin, 0)
    open(name, "wb").write(file + directory + end)


def save_legacy(name, value):
    storages = []
    system = dict(protocol_version=1001, little_endian=True, type_sizes=dict(short=2, int=4, long=4))
    file = b"".join(pickle.dumps(part, protocol=2) for part in (0x1950A86A20F9469CFC6C, 1001, system))
    file += pickled(value, storages, True)
    keys = sorted(str(0x55D0 + index) for index in range(len(storages)))
    file += pickle.dumps(keys, protocol=2)
    for key in keys:
        storage = storages[int(key) - 0x55D0]
        file += struct.pack("<q", storage.count) + storage.data
    open(name, "wb").write(file)


def state_dict():
    shared = Storage("Float", [0.5 * index for index in range(12)], "cuda:0")
    tied = Tensor(Storage("Float", [1.0, -2.0, 3.0, float("inf")]), (2, 2))
    state = OrderedDict()
    state["first"] = Tensor(shared, (2, 3))
    state["behind"] = Tensor(shared, (3,), offset=9)
    state["transposed"] = Tensor(shared, (3, 2), (1, 3), 6)
    state["stepped"] = Tensor(shared, (2, 1, 2), (8, 5, 3), 0)
    state["tied"] = tied
    state["tied_too"] = tied
    state["same_memory"] = Tensor(tied.storage, (2, 2))
    state["parameter"] = Parameter(Tensor(Storage("Double", [0.1, 1e-300, -7.0]), (3,)))
    state["half"] = Tensor(Storage("Half", [1.5, -65504.0, 2.0 ** -24]), (3,))
    state["brain"] = Tensor(Storage("BFloat16", [0x3F80, 0xBF81]), (2, 1))
    state["scalar"] = Tensor(Storage("Float", [4.0]), ())
    state["bn.num_batches_tracked"] = Tensor(Storage("Long", [1234]), ())
    state._metadata = OrderedDict([("", {"version": 1}), ("bn", {"version": 2})])
    return state


def checkpoint():
    state = OrderedDict([("module.fc.weight", Tensor(Storage("Float", [1.0, 2.0], "cuda:1"), (1, 2)))])
    moments = {"step": Tensor(Storage("Float", [3.0]), ()), "exp_avg": Tensor(Storage("Float", [5.0, 6.0]), (1, 2))}
    return {
        "epoch": 3, "best": 0.75, "state_dict": state, "args": Namespace(lr=0.1, names=["a", None, True]),
        "size": size((2, 3)), "loss": Tensor(Storage("Float", [0.25]), ()),
        "optimizer": {"state": {0: moments, 1: moments},
                      "param_groups": [{"lr": 0.1, "betas": (0.9, 0.999), "params": [0, 1]}]},
        "history": defaultdict(list, loss=[1.0]),
    }


save("state_dict.pth", state_dict())
save_legacy("state_dict_legacy.pth", state_dict())
save("checkpoint.pt", checkpoint())
save_legacy("checkpoint_legacy.bin", checkpoint())
two = checkpoint()
two["ema"] = {"module": two["state_dict"].copy()}
save("two.pt", two)
plain = OrderedDict()
plain["features.0.weight"] = Tensor(Storage("Float", [0.5 * index for index in range(300)]), (25, 3, 2, 2))
plain["features.0.bias"] = Tensor(Storage("Float", [-1.0, 2.0]), (2,))
plain["scalar"] = Tensor(Storage("Float", [4.0]), ())
plain["fc.weight"] = Tensor(Storage("Float", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), (3, 2))
save("plain.pth", plain)
save("one.pth", OrderedDict(fc=Tensor(Storage("Float", [7.0]), (1, 1, 1))))
