"""The smallest program that gains: sixty-four independent calls in an ordinary loop."""

import pydron


@pydron.functional
def process(number):
    return sum(i * i % 7 for i in range(number))


@pydron.schedule
def calibration_pipeline(inputs):
    outputs = []
    for input in inputs:
        output = process(input)
        outputs = outputs + [output]
    return outputs


if __name__ == "__main__":
    print(sum(calibration_pipeline(range(1_000_000, 1_000_064))))
