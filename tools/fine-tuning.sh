#!/usr/bin/env bash
# Repeats the figures of docs/results/fine-tuning.md: tools/fine-tuning.sh CIFAR10-JPEG.tar.gz FOLDER
#
# The archive holds CIFAR-10 as pictures, train/CLASS/*.jpg and test/CLASS/*.jpg. A network learns all pictures of the
# first five classes. Then 100 pictures of each of the other five classes are learned five times: by a network with
# random weights, and by networks that begin with the first one's. FOLDER keeps what is finished: the same command goes
# on.
set -euo pipefail
[[ $# == 2 ]] || { echo "usage: tools/fine-tuning.sh CIFAR10-JPEG.tar.gz FOLDER" >&2 && exit 2; }
archive="$(readlink -f "$1")"
program="${SOFTPOOL:-$(dirname "$(readlink -f "$0")")/../src/Trainer/bin/Release/net10.0/softpool.dll}"
program="$(readlink -f "$program")"
mkdir -p "$2" && cd "$2"

known=(airplane automobile bird cat deer)
other=(dog frog horse ship truck)
if [[ ! -d data ]]; then
    rm -rf unpacked && mkdir -p unpacked new/{base,small}/{train,test}
    tar -xzf "$archive" -C unpacked
    root="$(dirname "$(find unpacked -type d -name train)")"
    for class in "${known[@]}"; do
        mv "$root/train/$class" new/base/train/ && mv "$root/test/$class" new/base/test/
    done
    for class in "${other[@]}"; do
        mkdir -p "new/small/train/$class" "new/small/test/$class"
        mv "$root/train/$class/"00[0-9][0-9].jpg "new/small/train/$class/" # the first 100
        mv "$root/test/$class/"00[0-9][0-9].jpg "new/small/test/$class/" # the first 100
    done
    rm -rf unpacked && mv new data
fi

train() { # RUN OPTION...
    if [[ -f runs/$1/last.safetensors ]]; then
        dotnet "$program" train --resume "runs/$1"
    else
        dotnet "$program" train -o "runs/$1" --precision bf16 "${@:2}"
    fi
}
train base --data data/base -n alexnet-softpool --epochs 3 --warm-up 100
recipe=(--data data/small --steps 60 --batch 50 --mixup 0 --warm-up 10 --threads 1)
slow=(--lr 1e-4 --new-lr 1e-3)
train scratch "${recipe[@]}" -n alexnet-softpool
train whole "${recipe[@]}" --weights runs/base
train whole-slow "${recipe[@]}" --weights runs/base "${slow[@]}"
train frozen "${recipe[@]}" --weights runs/base --freeze 'features.*'
train frozen-slow "${recipe[@]}" --weights runs/base --freeze 'features.*' "${slow[@]}"
dotnet "$program" compare runs/{scratch,whole-slow,whole,frozen-slow,frozen} --no-bench -o compare
