"""pytorch.py SOFTPOOL.DLL [NETWORK...]: files that torch writes are read by softpool export, or refused with a message;
and each of torchvision's networks that softpool has takes the weights that softpool writes, and computes the same."""
import argparse, collections, copy, json, os, struct, subprocess, sys, tempfile
import numpy, torch, torchvision

program, chosen = os.path.abspath(sys.argv[1]), sys.argv[2:]
folder = tempfile.mkdtemp(prefix="softpool-pytorch-")
os.chdir(folder)
torch.manual_seed(1)
failures = 0
NETWORKS = {name: name for name in (
    "vgg11 vgg16 resnet18 resnet34 resnet50 resnet101 densenet121 shufflenet_v2_x1_0 mobilenet_v2 mobilenet_v3_large "
    "mobilenet_v3_small efficientnet_b0").split()}
NETWORKS |= {"alexnet_torchvision": "alexnet", "resnext50": "resnext50_32x4d", "squeezenet": "squeezenet1_1",
             "googlenet": "googlenet"}


def softpool(*arguments):
    """The exit status and all that it says."""
    done = subprocess.run(["dotnet", program, *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def report(what, complaint):
    global failures
    failures += complaint is not None
    print(f"{what:42} {'ok' if complaint is None else 'WRONG: ' + complaint}", flush=True)


def safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        header.pop("__metadata__", None)
        data = file.read()
    return {name: numpy.frombuffer(data[slice(*entry["data_offsets"])], numpy.float32).reshape(entry["shape"])
            for name, entry in header.items()}


def read(name, value, prefix="", entry=None, **how):
    """torch.save, softpool export, and both are compared."""
    torch.save(value, name, **how)
    status, said = softpool("export", name, "-n", "shufflenet_v2_x1_0", "--no-certificate", "-o", "out.safetensors")
    if status != 0:
        return report(name, said)
    expected = torch.load(name)[entry] if entry else torch.load(name)
    expected = {key[len(prefix):]: tensor.detach().float().contiguous().numpy() for key, tensor in expected.items()
                if tensor.is_floating_point()}
    given = safetensors("out.safetensors")
    same = given.keys() == expected.keys() and all(numpy.array_equal(given[key], expected[key]) for key in given)
    report(name, None if same else "the weights differ")


def refused(name, message):
    status, said = softpool("export", name, "-n", "shufflenet_v2_x1_0", "-o", "none.safetensors")
    wrong = status != 1 or message not in said or os.path.exists("none.safetensors")
    report(f"{name} refused", said if wrong else None)


def forms():
    module = torchvision.models.shufflenet_v2_x1_0(num_classes=7)
    module.train()(torch.rand(4, 3, 64, 64))  # statistics for the batch norms
    module.eval()
    state = copy.deepcopy(module.state_dict())

    def each(change):
        return {key: change(tensor) if tensor.is_floating_point() else tensor for key, tensor in state.items()}

    read("zip.pth", state)
    read("legacy.pth", state, _use_new_zipfile_serialization=False)
    read("protocol4.pth", state, pickle_protocol=4)
    read("protocol5.pth", state, pickle_protocol=5)
    read("half.pt", each(torch.Tensor.half))
    read("bfloat16.bin", each(torch.Tensor.bfloat16))
    read("double.pth", each(torch.Tensor.double))
    read("parameters.pth", each(torch.nn.Parameter))
    read("channels_last.pth", each(lambda x: x.to(memory_format=torch.channels_last) if x.dim() == 4 else x))
    read("transposed.pth", each(lambda x: x.t().contiguous().t() if x.dim() == 2 else x))
    read("strided.pth", each(lambda x: torch.stack([x, -x], -1).select(-1, 0)))
    whole = torch.cat([tensor.flatten() for tensor in state.values() if tensor.is_floating_point()])
    parts = whole.split([tensor.numel() for tensor in state.values() if tensor.is_floating_point()])
    parts = iter(parts)
    read("one_storage.pth", each(lambda x: next(parts).view(x.shape)))
    read("data_parallel.pth", torch.nn.DataParallel(module).state_dict(), "module.")
    optimizer = torch.optim.Adam(module.parameters())
    module(torch.rand(1, 3, 64, 64)).sum().backward()
    optimizer.step()
    read("checkpoint.pth.tar", {"epoch": 3, "state_dict": state, "best": torch.tensor(76.1),
                                "optimizer": optimizer.state_dict(), "args": argparse.Namespace(lr=0.1)},
         entry="state_dict")
    read("lightning.ckpt", {"epoch": 3, "pytorch-lightning_version": "1.9", "hyper_parameters": {"lr": 0.1},
                            "state_dict": {f"model.{key}": tensor for key, tensor in state.items()}},
         "model.", "state_dict")

    torch.save(module, "whole_module.pth")
    refused("whole_module.pth", "names torchvision.models.shufflenetv2.ShuffleNetV2")
    torch.jit.save(torch.jit.script(module), "script.pt")
    refused("script.pt", "it is a TorchScript program")
    torch.save(each(lambda x: x.to_sparse() if x.dim() == 2 else x), "sparse.pth")
    refused("sparse.pth", "names torch._utils._rebuild_sparse_tensor")
    torch.save(each(lambda x: torch.quantize_per_tensor(x, 0.1, 0, torch.qint8) if x.dim() == 4 else x), "int8.pth")
    refused("int8.pth", "names torch._utils._rebuild_qtensor")
    torch.save({"a": {"w": torch.ones(2)}, "b": {"w": torch.zeros(2)}}, "two.pth")
    refused("two.pth", "holds 2 state dicts, a (1 tensor), b (1 tensor): choose one by --key.")
    torch.save(dict(state, extra=torch.ones(3)), "extra.pth")
    refused("extra.pth", "unexpected  extra")


def back(ours, theirs):
    """Random weights by softpool export --pth into torchvision's module; the logits of both."""
    status, said = softpool("export", "--random-weights", "1", "-n", ours, "--no-certificate", "-o", "out.safetensors",
                            "--pth", "back.pth")
    if status != 0:
        return report(ours, said)
    own = dict(aux_logits=False, transform_input=False, init_weights=False) if ours == "googlenet" else {}
    module = getattr(torchvision.models, theirs)(num_classes=10, **own).eval()
    try:
        module.load_state_dict(torch.load("back.pth", weights_only=True))
    except RuntimeError as e:
        return report(ours, str(e))
    given = torch.rand(1, 3, 224, 224)
    numpy.save("in.npy", given.numpy())
    status, said = softpool("run", "out.safetensors", "in.npy", "-o", "out.npy")
    if status != 0:
        return report(ours, said)
    with torch.no_grad():
        expected = module(given).numpy()
    largest, error = numpy.abs(expected).max(), numpy.abs(numpy.load("out.npy") - expected).max()
    report(f"{ours}, {error / largest:.1e} of the largest logit",
           None if error <= 1e-5 * largest else f"{numpy.load('out.npy')} for {expected}")


print(f"torch {torch.__version__}, torchvision {torchvision.__version__}")
if not chosen:
    forms()
for name in chosen or sorted(NETWORKS):
    back(name, NETWORKS[name])
for name in os.listdir(folder):
    os.remove(name)
os.rmdir(folder)
print("everything as expected" if failures == 0 else f"{failures} wrong")
sys.exit(failures > 0)
